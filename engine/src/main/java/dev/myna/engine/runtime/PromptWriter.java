// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.decoder.Decoder;

/** Brings tokens and image rows into the residual stream, where a decoder pass begins. For one thread. */
final class PromptWriter {
    private final Decoder decoder;
    private final Decoder.Scratch scratch;
    private final int[] fedToken = new int[1];

    PromptWriter(Decoder decoder, Decoder.Scratch scratch) {
        this.decoder = decoder;
        this.scratch = scratch;
    }

    /** Writes {@code count} positions from {@code from} on to the rows from {@code row} on. */
    void write(Prompt prompt, int from, int count, int row) {
        int done = 0;
        while (done < count) {
            switch (prompt.entry(from + done)) {
                case Prompt.Token token -> write(token.id(), row + done++);
                case Prompt.ImageRow first -> {
                    // All that follow it of the same image at once: one transfer where the device is not the CPU.
                    int rows = 1;
                    while (done + rows < count
                            && prompt.entry(from + done + rows).key() == first.key() + rows) {
                        rows++;
                    }
                    float[] values = prompt.image(first.image()).rows().values();
                    decoder.writeImage(scratch, values, first.row(), row + done, rows);
                    done += rows;
                }
            }
        }
    }

    /** Writes a token to a row. */
    void write(int token, int row) {
        fedToken[0] = token;
        decoder.embed(fedToken, 0, scratch.row(row), 1);
    }

    /**
     * How many rows of a prompt the next pass takes from a position on. No pass ends within a block.
     *
     * @param most rows that the pass has room for
     * @return 0 if the room does not suffice; that of the largest block and {@code 2 few + 1} always does
     */
    static int chunk(Prompt prompt, int from, int most, int few) {
        int rows = chunk(prompt.size() - from, most, few);
        int end = prompt.beforeBlock(from + rows);
        if (end - from > few || end == prompt.size()) {
            return end - from;
        }
        int least = least(prompt, from, few);
        return least <= most ? least : 0;
    }

    /** The smallest number of rows that a pass may take of a prompt from a position on. */
    private static int least(Prompt prompt, int from, int few) {
        int end = prompt.behindBlock(Math.min(prompt.size(), from + few + 1));
        return prompt.size() - end <= few ? prompt.size() - from : end - from;
    }

    /**
     * How many rows of a prompt without blocks the next pass takes. Prompts of more than a device's few rows are never cut so that few rows are in
     * a pass: then the results do not depend on where they are cut ({@link dev.myna.kernels.Device#fewRows}).
     *
     * @param remaining rows of the prompt that are to be computed
     * @param most rows that the pass has room for
     * @return 0 if the room does not suffice; {@code 2 few + 1} always does
     */
    private static int chunk(int remaining, int most, int few) {
        if (remaining <= few) {
            return remaining <= most ? remaining : 0;
        }
        int rows = Math.min(remaining, most);
        int left = remaining - rows;
        if (left > 0 && left <= few) {
            rows -= few + 1 - left;
        }
        return rows > few ? rows : 0;
    }

    /**
     * How many positions of a prompt may be taken from a cache that shares this many, so that more than few are left, and no part of a
     * block.
     */
    static int reusable(int shared, Prompt prompt, int few) {
        return prompt.beforeBlock(Math.max(0, Math.min(shared, prompt.size() - (few + 1))));
    }
}
