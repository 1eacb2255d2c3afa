// SPDX-License-Identifier: Apache-2.0
package dev.myna.models;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The descriptions of the models that Myna knows by name, as JSON (see {@code manifest.schema.json}). */
public final class ModelManifests {
    /** In the order in which people should meet them. */
    private static final List<String> IDS = List.of(
            "nano",
            "qwen3-vl-2b",
            "qwen3-vl-4b",
            "qwen3-vl-8b",
            "gemma-3-4b",
            "gemma-3-12b",
            "smolvlm-256m",
            "smolvlm-500m",
            "smolvlm2-2.2b",
            "qwen2.5-vl-3b",
            "qwen2.5-vl-7b",
            "qwen2-vl-2b",
            "internvl3-1b",
            "internvl3-2b",
            "internvl3-8b",
            "mobilepalo-1.7b",
            "palo-7b",
            "palo-13b",
            "pangea-7b",
            "pangea-7b-hf",
            "parrot-7b",
            "parrot-14b",
            "mobilevlm-1.7b",
            "mobilevlm-v2-1.7b",
            "llava-1.5-7b",
            "llava-1.5-13b");

    private ModelManifests() {}

    /** The names of all models. */
    public static List<String> ids() {
        return IDS;
    }

    /**
     * A model's manifest, UTF-8.
     *
     * @param id one of {@link #ids()}
     */
    public static InputStream open(String id) throws IOException {
        InputStream stream = IDS.contains(id)
                ? ModelManifests.class.getResourceAsStream("/META-INF/myna/models/" + id + ".json")
                : null;
        if (stream == null) {
            throw new IOException("this build carries no manifest of " + id);
        }
        return stream;
    }
}
