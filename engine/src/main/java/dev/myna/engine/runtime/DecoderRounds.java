// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.Generation;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.decoder.Decoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The decoder's passes for many sequences. A round gives every running answer one token and reads one chunk of the prompts. For
 * one thread.
 *
 * <p>Where results are to be exact, rows that would be few if they were alone are computed in passes of few rows, and others in
 * passes of many: answers in groups, then the prompts ({@link dev.myna.kernels.Device#fewRows}).
 */
final class DecoderRounds implements AutoCloseable {
    private final LoadedModel model;
    private final Decoder decoder;
    private final int contextSize;
    private final int fewRows;
    private final int groupRows;
    private final int promptRows;
    private final boolean exact;
    private final ReentrantLock device;
    private final BatchScheduler.Counters counters;
    private final Workspace workspace;
    private final float[] logits;
    private final Checkpoint checkpoint = new Steps();
    private int rounds;

    /** What the pass that is being computed is for. */
    private List<Slot> answering = List.of();

    private List<Chunk> chunks = List.of();
    private volatile boolean stopped;

    /** The next rows of a prompt. */
    private record Chunk(Slot slot, int rows) {
        boolean ends() {
            return slot.sequence.count() + rows == slot.prompt().size();
        }
    }

    /** Asks whether the pass is wanted, and tells answers how far their prompts are. */
    private final class Steps implements Checkpoint {
        @Override
        public void check() {
            requireWanted();
        }

        @Override
        public void beforeLayer(int index, int count) {
            requireWanted();
            for (int i = 0; i < chunks.size(); i++) {
                Chunk chunk = chunks.get(i);
                chunk.slot.generation.read(chunk.slot.sequence.count() + chunk.rows * index / count);
            }
        }
    }

    /** @param device held during a pass */
    DecoderRounds(
            SessionSetup frame, SchedulerOptions options, ReentrantLock device, BatchScheduler.Counters counters) {
        model = frame.model();
        decoder = model.decoder();
        contextSize = frame.contextSize();
        fewRows = decoder.fewRows();
        exact = options.exact();
        groupRows = exact ? Math.min(fewRows, options.slots()) : options.slots();
        promptRows = Math.max(frame.passRows(options.promptChunk()), 2 * fewRows + 1);
        this.device = device;
        this.counters = counters;
        int rows = exact ? Math.max(groupRows, promptRows) : groupRows + promptRows;
        logits = new float[Math.multiplyExact(groupRows, decoder.vocabulary())];
        workspace = new Workspace(model, rows, groupRows);
    }

    /** Rows of a prompt in one pass, at most. */
    int promptRows() {
        return promptRows;
    }

    /** Ends the pass that is being computed within an operation; for any thread. */
    void stop() {
        stopped = true;
    }

    /** Asked before each layer and within operations: a pass that is for nobody any more ends. */
    private void requireWanted() {
        model.requireOpen();
        if (stopped || nobodyWaits()) {
            throw new Stopped();
        }
    }

    private boolean nobodyWaits() {
        for (int i = 0; i < answering.size(); i++) {
            if (!answering.get(i).generation.ended()) {
                return false;
            }
        }
        for (int i = 0; i < chunks.size(); i++) {
            if (!chunks.get(i).slot.generation.ended()) {
                return false;
            }
        }
        return true;
    }

    /** A token for every running answer, and the next chunk of the prompts; what goes wrong ends the requests it is about. */
    void round(List<Slot> slots) {
        List<Slot> answering = new ArrayList<>();
        for (Slot slot : slots) {
            if (slot.runnable() && slot.answering()) {
                if (slot.sequence.count() == contextSize) {
                    slot.generation.end(Generation.FinishReason.LENGTH);
                } else {
                    answering.add(slot);
                }
            }
        }
        List<Chunk> chunks = chunks(slots);
        if (!exact) {
            pass(answering, chunks);
            return;
        }
        for (int i = 0; i < answering.size(); i += groupRows) {
            pass(answering.subList(i, Math.min(i + groupRows, answering.size())), List.of());
        }
        List<Chunk> many = new ArrayList<>();
        for (Chunk chunk : chunks) {
            if (chunk.rows > fewRows) {
                many.add(chunk);
            } else {
                pass(List.of(), List.of(chunk));
            }
        }
        pass(List.of(), many);
    }

    /** What is read next of the prompts; who comes first changes, so that a long prompt does not hold up short ones. */
    private List<Chunk> chunks(List<Slot> slots) {
        List<Chunk> chunks = new ArrayList<>();
        int room = promptRows;
        int first = rounds++ & Integer.MAX_VALUE;
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get((first + i) % slots.size());
            if (slot.runnable() && !slot.answering()) {
                int rows = PromptWriter.chunk(slot.prompt(), slot.sequence.count(), room, fewRows);
                if (rows > 0) {
                    chunks.add(new Chunk(slot, rows));
                    room -= rows;
                }
            }
        }
        return chunks;
    }

    private void pass(List<Slot> someAnswering, List<Chunk> someChunks) {
        answering = someAnswering;
        chunks = someChunks;
        if (nobodyWaits()) {
            return;
        }
        try {
            model.enter();
            try {
                device.lock();
                try {
                    compute(System.nanoTime());
                } finally {
                    device.unlock();
                }
            } finally {
                model.exit();
            }
        } catch (Stopped e) {
            // Nothing was noted as stored: slots that are taken again begin where they were.
        } catch (RuntimeException | Error e) {
            answering.forEach(slot -> slot.fail(e));
            chunks.forEach(chunk -> chunk.slot.fail(e));
        }
    }

    private int rows() {
        int rows = answering.size();
        for (Chunk chunk : chunks) {
            rows += chunk.rows;
        }
        return rows;
    }

    /** Whoever reads the last piece of an answer finds its times complete: they are added before the token. */
    private void compute(long start) {
        workspace.begin(rows());
        int row = answering.size();
        for (Slot slot : answering) {
            workspace.add(slot.sequence, slot.token());
        }
        for (Chunk chunk : chunks) {
            chunk.slot.generation.reading();
            workspace.add(chunk.slot.sequence, chunk.slot.prompt(), chunk.rows);
            row += chunk.rows;
        }
        workspace.forward(checkpoint);
        counters.passes.increment();
        counters.passRows.add(row);
        if (!answering.isEmpty()) {
            workspace.firstLogits(answering.size(), logits);
            long nanos = System.nanoTime() - start;
            for (int i = 0; i < answering.size(); i++) {
                Slot slot = answering.get(i);
                slot.generation.addTimes(0, 0, nanos);
                slot.sequence.append(slot.token());
                accept(slot, i * decoder.vocabulary());
            }
        }
        row = answering.size();
        for (Chunk chunk : chunks) {
            row += chunk.rows;
            boolean ends = chunk.ends();
            chunk.slot.sequence.append(chunk.slot.prompt(), chunk.rows);
            chunk.slot.generation.read(chunk.slot.sequence.count());
            if (ends) {
                // Alone, as in a session: a row of the middle has no neighbours to share the product with.
                workspace.logits(row - 1, logits);
            }
            chunk.slot.generation.addTimes(0, System.nanoTime() - start, 0);
            if (ends) {
                accept(chunk.slot, 0);
            }
        }
    }

    private void accept(Slot slot, int offset) {
        if (!slot.generation.ended()) {
            counters.generated.increment();
            slot.accept(logits, offset);
        }
    }

    @Override
    public void close() {
        workspace.close();
    }
}
