// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.decoder.Decoder;
import dev.myna.engine.prompt.RotaryPositions;
import dev.myna.kernels.Batch;
import java.lang.foreign.Arena;

/**
 * What decoder passes of one owner compute in: as many rows as the largest pass so far needed, so that a short prompt costs little
 * memory. Where a device has memory of its own, all is taken at once, so that what does not fit is known from the start. For one
 * thread at a time.
 */
final class Workspace implements AutoCloseable {
    private static final int LEAST_ROWS = 16;

    private final Decoder decoder;
    private final int mostRows;
    private final int logitRows;
    private final Batch batch;
    private Arena arena;
    private Decoder.Scratch scratch;
    private PromptWriter writer;

    /**
     * @param mostRows rows of the largest pass
     * @param logitRows most rows of one {@link Decoder#logits(Decoder.Scratch, int, float[], int)}
     */
    Workspace(LoadedModel model, int mostRows, int logitRows) {
        decoder = model.decoder();
        this.mostRows = mostRows;
        this.logitRows = logitRows;
        batch = new Batch(mostRows);
        if (model.deviceMemory() > 0) {
            allocate(mostRows);
        }
    }

    /** Begins a pass of at most {@code rows} rows. */
    void begin(int rows) {
        if (scratch == null || scratch.rows() < rows) {
            close();
            int doubled = rows <= LEAST_ROWS ? LEAST_ROWS : Integer.highestOneBit(rows - 1) * 2;
            allocate(Math.min(mostRows, doubled));
        }
        batch.clear();
        scratch.clear();
    }

    /** Adds a token behind the last position of a sequence as the next row. */
    void add(Sequence sequence, int token) {
        writer.write(token, batch.rows());
        int rotary = sequence.nextRotary();
        batch.add(sequence.cache(), sequence.count(), rotary, rotary, rotary);
    }

    /** Adds the positions of a prompt that follow those of a sequence as the next {@code rows} rows. */
    void add(Sequence sequence, Prompt prompt, int rows) {
        int from = sequence.count();
        writer.write(prompt, from, rows, batch.rows());
        RotaryPositions rotary = prompt.positions();
        for (int at = from; at < from + rows; at++) {
            batch.add(sequence.cache(), at, rotary.get(at, 0), rotary.get(at, 1), rotary.get(at, 2));
            Prompt.Block block = prompt.block(at);
            if (block != null) {
                batch.block(block.first(), block.last());
            }
        }
    }

    /** Runs all layers over the rows that were added: keys and values are in the caches then. */
    void forward(Checkpoint checkpoint) {
        decoder.forward(scratch, batch, checkpoint);
    }

    /** Logits of one row of the pass, computed alone. */
    void logits(int row, float[] logits) {
        decoder.logits(scratch, row, logits);
    }

    /** Logits of the first {@code rows} rows of the pass, computed together: one after the other in {@code logits}. */
    void firstLogits(int rows, float[] logits) {
        decoder.logits(scratch, rows, logits, 0);
    }

    private void allocate(int rows) {
        Arena taken = Arena.ofShared();
        try {
            scratch = decoder.new Scratch(taken, rows, logitRows);
            writer = new PromptWriter(decoder, scratch);
            arena = taken;
        } catch (RuntimeException | Error e) {
            scratch = null;
            taken.close();
            throw e;
        }
    }

    /** Rows of the largest pass. */
    int mostRows() {
        return mostRows;
    }

    /** Of the pass that was begun. */
    Decoder.Scratch scratch() {
        return scratch;
    }

    /** Frees the memory; it is taken again when a pass begins. */
    @Override
    public void close() {
        scratch = null;
        writer = null;
        if (arena != null) {
            arena.close();
            arena = null;
        }
    }
}
