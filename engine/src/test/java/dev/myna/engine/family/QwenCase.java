// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.prompt.RotaryPositions;
import dev.myna.testing.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A golden case of a Qwen family.
 *
 * @param folder of the family, in the golden folder
 * @param variant of the files
 * @param ids of the prompt; {@link #IMAGE} in front of nothing stands for the rows of the next image
 * @param images in the order of their places
 * @param positions [row][axis]
 * @param greedy the 16 ids that follow
 * @param blocks rows after each layer, [layer][rows, width], where the golden has them
 */
public record QwenCase(
        String folder,
        String name,
        String variant,
        int[] ids,
        List<Image> images,
        int[][] positions,
        int nextPosition,
        float[] firstLogits,
        int[] greedy,
        List<float[]> blocks) {

    /** Where an image's rows are spliced. */
    public static final int IMAGE = -200;

    /**
     * An image of a case.
     *
     * @param merged [rows, width]
     * @param deepstack of each deepstack layer, [rows, width]
     */
    public record Image(ImageGrid grid, float[] merged, List<float[]> deepstack) {

        /** What the decoder takes: [rows, width x (1 + deepstack layers)]. */
        public float[] rows() {
            int count = grid.size();
            int width = merged.length / count;
            int parts = 1 + deepstack.size();
            float[] rows = new float[count * width * parts];
            for (int row = 0; row < count; row++) {
                for (int part = 0; part < parts; part++) {
                    float[] from = part == 0 ? merged : deepstack.get(part - 1);
                    System.arraycopy(from, row * width, rows, (row * parts + part) * width, width);
                }
            }
            return rows;
        }
    }

    public Path textFile() {
        return Golden.path(folder + "/text-" + variant.replace("-old", "") + ".gguf");
    }

    /** Rows of the prompt. */
    public int size() {
        return positions.length;
    }

    /** What Myna makes of the order of tokens and images. */
    public RotaryPositions rotary() {
        RotaryPositions rotary = new RotaryPositions();
        int image = 0;
        for (int id : ids) {
            if (id == IMAGE) {
                rotary.addImage(images.get(image++).grid());
            } else {
                rotary.addText(1);
            }
        }
        return rotary;
    }

    /** All cases with a continuation of a family. */
    public static List<QwenCase> of(String family) {
        String folder = "families/" + family;
        Map<String, Object> manifest = Golden.json(folder + "/manifest.json");
        List<QwenCase> cases = new ArrayList<>();
        for (Object each : (List<?>) manifest.get("cases")) {
            cases.add(of(folder, manifest, (Map<?, ?>) each));
        }
        return cases;
    }

    private static QwenCase of(String folder, Map<String, Object> manifest, Map<?, ?> golden) {
        String variant = (String) golden.get("variant");
        List<Image> images = new ArrayList<>();
        for (Object image : (List<?>) golden.get("images")) {
            images.add(image(folder, manifest, image, variant, golden.get("limits")));
        }
        int[] t = ints(golden.get("position_t"));
        int[] h = ints(golden.get("position_h"));
        int[] w = ints(golden.get("position_w"));
        int[][] positions = new int[t.length][];
        for (int i = 0; i < t.length; i++) {
            positions[i] = new int[] {t[i], h[i], w[i]};
        }
        List<float[]> blocks = new ArrayList<>();
        Map<?, ?> stored = golden.get("blocks") instanceof Map<?, ?> map ? map : Map.of();
        for (int layer = 0; layer < stored.size(); layer++) {
            blocks.add(floats(folder, stored.get("block_" + layer)));
        }
        return new QwenCase(
                folder,
                (String) golden.get("case"),
                variant,
                ints(golden.get("ids")),
                images,
                positions,
                (Integer) golden.get("next_position"),
                floats(folder, golden.get("first_logits")),
                ints(golden.get("greedy")),
                blocks);
    }

    private static Image image(
            String folder, Map<String, Object> manifest, Object image, String variant, Object limits) {
        String stored = variant.replace("-old", "");
        for (Object each : (List<?>) manifest.get("pictures")) {
            Map<?, ?> picture = (Map<?, ?>) each;
            boolean same =
                    picture.get("image").equals(image) && picture.get("variant").equals(stored);
            if (same && Objects.equals(picture.get("limits"), limits)) {
                int[] grid = ints(picture.get("grid"));
                Map<?, ?> stages = (Map<?, ?>) picture.get("stages");
                List<float[]> deepstack = new ArrayList<>();
                for (int layer = 0; layer < 64; layer++) {
                    if (stages.containsKey("deepstack_" + layer)) {
                        deepstack.add(floats(folder, stages.get("deepstack_" + layer)));
                    }
                }
                return new Image(
                        new ImageGrid(grid[0] / 2, grid[1] / 2), floats(folder, stages.get("merged")), deepstack);
            }
        }
        throw new AssertionError(folder + ": no rows of " + image + " for " + variant);
    }

    private static float[] floats(String folder, Object stored) {
        return Golden.floats(folder + "/" + ((Map<?, ?>) stored).get("file"));
    }

    public static int[] ints(Object list) {
        return ((List<?>) list)
                .stream().mapToInt(value -> ((Number) value).intValue()).toArray();
    }

    @Override
    public String toString() {
        return folder + ", " + name + ", " + variant;
    }
}
