// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.models.ModelManifests;
import java.util.Iterator;

/** The names of all models in the catalogue, for completion in shells. */
final class CatalogueNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return ModelManifests.ids().iterator();
    }
}
