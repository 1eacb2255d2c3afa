// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.prompt.ImageGrid;
import dev.myna.testing.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The goldens of the Qwen families. */
public final class QwenCases {
    private QwenCases() {}

    /** All cases with a continuation of a family. */
    public static List<DecoderCase> of(String family) {
        String folder = "families/" + family;
        Map<String, Object> manifest = Golden.json(folder + "/manifest.json");
        List<DecoderCase> cases = new ArrayList<>();
        for (Object each : (List<?>) manifest.get("cases")) {
            cases.add(of(folder, manifest, (Map<?, ?>) each));
        }
        return cases;
    }

    private static DecoderCase of(String folder, Map<String, Object> manifest, Map<?, ?> golden) {
        String variant = (String) golden.get("variant");
        List<DecoderCase.Image> images = new ArrayList<>();
        for (Object image : (List<?>) golden.get("images")) {
            images.add(image(folder, manifest, image, variant, golden.get("limits")));
        }
        int[] t = DecoderCase.ints(golden.get("position_t"));
        int[] h = DecoderCase.ints(golden.get("position_h"));
        int[] w = DecoderCase.ints(golden.get("position_w"));
        int[][] positions = new int[t.length][];
        for (int i = 0; i < t.length; i++) {
            positions[i] = new int[] {t[i], h[i], w[i]};
        }
        List<float[]> blocks = new ArrayList<>();
        Map<?, ?> stored = golden.get("blocks") instanceof Map<?, ?> map ? map : Map.of();
        for (int layer = 0; layer < stored.size(); layer++) {
            blocks.add(DecoderCase.floats(folder, stored.get("block_" + layer)));
        }
        return new DecoderCase(
                folder,
                variant,
                (String) golden.get("case"),
                Golden.path(folder + "/text-" + variant.replace("-old", "") + ".gguf"),
                DecoderCase.ints(golden.get("ids")),
                images,
                positions,
                (Integer) golden.get("next_position"),
                DecoderCase.floats(folder, golden.get("first_logits")),
                DecoderCase.ints(golden.get("greedy")),
                blocks);
    }

    private static DecoderCase.Image image(
            String folder, Map<String, Object> manifest, Object image, String variant, Object limits) {
        String stored = variant.replace("-old", "");
        for (Object each : (List<?>) manifest.get("pictures")) {
            Map<?, ?> picture = (Map<?, ?>) each;
            boolean same =
                    picture.get("image").equals(image) && picture.get("variant").equals(stored);
            if (same && Objects.equals(picture.get("limits"), limits)) {
                int[] grid = DecoderCase.ints(picture.get("grid"));
                Map<?, ?> stages = (Map<?, ?>) picture.get("stages");
                List<float[]> deepstack = new ArrayList<>();
                for (int layer = 0; layer < 64; layer++) {
                    if (stages.containsKey("deepstack_" + layer)) {
                        deepstack.add(DecoderCase.floats(folder, stages.get("deepstack_" + layer)));
                    }
                }
                return DecoderCase.Image.of(
                        new ImageGrid(grid[0] / 2, grid[1] / 2),
                        DecoderCase.floats(folder, stages.get("merged")),
                        deepstack);
            }
        }
        throw new AssertionError(folder + ": no rows of " + image + " for " + variant);
    }
}
