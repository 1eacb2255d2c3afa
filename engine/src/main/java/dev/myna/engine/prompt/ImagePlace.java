// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import java.util.List;

/**
 * What a prompt holds in the place of an image: its rows, in one or more runs, and the texts between them. Families that mark each tile
 * have such texts.
 */
public record ImagePlace(List<Part> parts) {

    /** A text of the format, or rows of the image. */
    public sealed interface Part {}

    /** A text in which special tokens are recognized. */
    public record Text(String text) implements Part {}

    /**
     * Consecutive rows of the image.
     *
     * @param first number of the first row, from 0
     * @param count rows, at least 1
     */
    public record Rows(int first, int count) implements Part {}

    public ImagePlace {
        parts = List.copyOf(parts);
    }

    /** All rows of an image in one run, without text. */
    public static ImagePlace ofRows(int count) {
        return new ImagePlace(List.of(new Rows(0, count)));
    }

    /** Rows of the longest run. */
    public int largestRun() {
        int largest = 0;
        for (Part part : parts) {
            if (part instanceof Rows rows) {
                largest = Math.max(largest, rows.count());
            }
        }
        return largest;
    }
}
