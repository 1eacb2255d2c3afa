// SPDX-License-Identifier: Apache-2.0
package dev.myna.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The manifests as trees, and where the module's sources lie. */
final class ManifestFiles {
    private static final JsonMapper JSON = new JsonMapper();

    private ManifestFiles() {}

    /** This module's folder: tests run in it. */
    static Path folder() {
        return Path.of("").toAbsolutePath();
    }

    /** Whether tests should rewrite what they would complain about. */
    static boolean rewriting() {
        return Boolean.getBoolean("myna.write");
    }

    static JsonNode read(String id) throws IOException {
        try (InputStream in = ModelManifests.open(id)) {
            return JSON.readTree(in);
        }
    }

    static List<JsonNode> all() throws IOException {
        List<JsonNode> manifests = new ArrayList<>();
        for (String id : ModelManifests.ids()) {
            manifests.add(read(id));
        }
        return manifests;
    }
}
