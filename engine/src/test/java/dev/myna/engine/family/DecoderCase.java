// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.prompt.RotaryPositions;
import dev.myna.testing.Golden;
import dev.myna.testing.Thorough;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A golden case as its decoder sees it.
 *
 * @param folder of the family, in the golden folder
 * @param model of the family
 * @param name of the case
 * @param textFile the decoder
 * @param ids of the prompt; {@link #IMAGE} stands for the rows of the next image, or of the next tile of one
 * @param images in the order of their places
 * @param positions of rotary embedding, [row][axis]
 * @param nextPosition of the first token that follows
 * @param greedy the 16 ids that follow
 * @param blocks rows after each layer, [layer][rows, width], where the golden has them
 */
public record DecoderCase(
        String folder,
        String model,
        String name,
        Path textFile,
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
     * An image of a case, or a tile of one.
     *
     * @param size rows
     * @param grid of the rows, or null if their positions are those of text
     * @param merged [rows, width]
     * @param deepstack of each deepstack layer, [rows, width]
     */
    public record Image(int size, ImageGrid grid, float[] merged, List<float[]> deepstack) {

        /** An image whose rows lie in rows and columns. */
        public static Image of(ImageGrid grid, float[] merged, List<float[]> deepstack) {
            return new Image(grid.size(), grid, merged, deepstack);
        }

        /** What the decoder takes: [rows, width x (1 + deepstack layers)]. */
        public float[] rows() {
            int width = merged.length / size;
            int parts = 1 + deepstack.size();
            float[] rows = new float[size * width * parts];
            for (int row = 0; row < size; row++) {
                for (int part = 0; part < parts; part++) {
                    float[] from = part == 0 ? merged : deepstack.get(part - 1);
                    System.arraycopy(from, row * width, rows, (row * parts + part) * width, width);
                }
            }
            return rows;
        }
    }

    /** The same case with another image in place of its only one. */
    public DecoderCase withImage(Image image) {
        return new DecoderCase(
                folder,
                model,
                name,
                textFile,
                ids,
                List.of(image),
                positions,
                nextPosition,
                firstLogits,
                greedy,
                blocks);
    }

    /** Rows of the prompt. */
    public int size() {
        return positions.length;
    }

    /** First and last row of each image, in order. */
    public int[][] intervals() {
        int[][] intervals = new int[images.size()][];
        int at = 0;
        int next = 0;
        for (int id : ids) {
            int count = id == IMAGE ? images.get(next).size() : 1;
            if (id == IMAGE) {
                intervals[next++] = new int[] {at, at + count - 1};
            }
            at += count;
        }
        return intervals;
    }

    /** What Myna makes of the order of tokens and images with a grid. */
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

    /** Those of a plain build: the first case of each model. */
    static List<DecoderCase> firsts(List<DecoderCase> cases) {
        return Thorough.Cases.of(cases, golden -> List.of(golden.folder, golden.model));
    }

    /** Those of a plain build: the first case of each model, and in each family the first of each kind. */
    static List<DecoderCase> kinds(List<DecoderCase> cases) {
        return Thorough.Cases.of(
                cases,
                golden -> List.of(golden.folder, golden.model),
                golden -> List.of(golden.folder, kind(golden.name)));
    }

    /** Whether a case is a question, text alone, two turns, two images ... */
    public static String kind(String name) {
        return name.matches("q\\d_.*") ? "question" : name;
    }

    /** Floats of a stored array. */
    static float[] floats(String folder, Object stored) {
        return Golden.floats(folder + "/" + ((Map<?, ?>) stored).get("file"));
    }

    /** A list of numbers. */
    public static int[] ints(Object list) {
        return ((List<?>) list)
                .stream().mapToInt(value -> ((Number) value).intValue()).toArray();
    }

    @Override
    public String toString() {
        return folder + "/" + model + " " + name;
    }
}
