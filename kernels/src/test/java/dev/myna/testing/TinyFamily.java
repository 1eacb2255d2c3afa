// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A tiny whole vision-language model of each family among the golden vectors, for tests that are marked {@link NeedsGolden}. */
public enum TinyFamily {
    QWEN2_VL("qwen2vl", "f32"),
    QWEN25_VL("qwen25vl", "f32"),
    QWEN3_VL("qwen3vl", "f32"),
    GEMMA3("gemma3", "gemma3-f32"),
    SMOLVLM("smolvlm", "smolvlm-f32"),
    INTERNVL3("internvl3", "internvl3-f32"),
    AYA_VISION("ayavision", "ayavision-f32"),
    ONEVISION("llava", "onevision-f32"),
    MAYA("llava", "maya-f32"),
    CENTURIO("llava", "centurio-f32");

    private final String folder;
    private final String model;

    TinyFamily(String folder, String model) {
        this.folder = "families/" + folder;
        this.model = model;
    }

    /** The model's entry in its family's manifest. */
    private Map<?, ?> entry() {
        Map<String, Object> manifest = Golden.json(folder + "/manifest.json");
        Object entries = manifest.containsKey("models") ? manifest.get("models") : manifest.get("variants");
        for (Object each : (List<?>) entries) {
            Map<?, ?> entry = (Map<?, ?>) each;
            if (entry.get("name").equals(model)) {
                return entry;
            }
        }
        throw new AssertionError(folder + " has no " + model);
    }

    public Path decoder() {
        return Golden.path(folder + "/" + entry().get("text"));
    }

    public Path vision() {
        return Golden.path(folder + "/" + entry().get("mmproj"));
    }

    /** Three image files of different sizes: one that the family's own goldens show, one that is high and one that is wide. */
    public List<Path> images() {
        return List.of(
                decoder().resolveSibling("image0.png"),
                Golden.path("families/gemma3/gemma3-f32/image1.png"),
                Golden.path("families/smolvlm/smolvlm-f32/image1.png"));
    }
}
