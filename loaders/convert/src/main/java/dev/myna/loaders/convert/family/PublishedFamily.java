// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.ConversionPlan;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A family of published models: how its tensors and its configuration are mapped. */
public interface PublishedFamily {

    /** Its name for messages. */
    String title();

    /** The {@code model_type} of its configurations. */
    List<String> modelTypes();

    /**
     * Plans the files.
     *
     * @param name {@code general.name} of both
     * @throws dev.myna.loaders.hf.CheckpointException if a tensor or a key is missing or does not fit the others
     */
    ConversionPlan plan(CheckpointFolder folder, String name);

    /** The family of a configuration, if it is one of these. */
    static Optional<PublishedFamily> of(HfConfig config) {
        String type = config.string("model_type");
        return Families.ALL.stream()
                .filter(family -> family.modelTypes().contains(type))
                .findFirst();
    }

    /** The {@code model_type} of all of these families. */
    static List<String> allModelTypes() {
        TreeSet<String> types = new TreeSet<>();
        Families.ALL.forEach(family -> types.addAll(family.modelTypes()));
        return List.copyOf(types);
    }
}
