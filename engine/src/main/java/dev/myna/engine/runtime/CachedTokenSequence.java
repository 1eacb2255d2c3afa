// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.TokenSequence;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.events.FlightEvents;
import dev.myna.engine.events.Span;
import dev.myna.kernels.Usage;
import java.util.concurrent.CancellationException;

/** A sequence with its KV cache and scratch memory; the part of a session that computes. */
final class CachedTokenSequence implements TokenSequence {
    /** Prompt rows per decoder pass: enough to read each weight once for many rows, small enough to cancel between passes. */
    private static final int PROMPT_ROWS = 256;

    private final LoadedModel model;
    private final int contextSize;
    private final int fewRows;
    private final Sequence sequence;
    private final Workspace workspace;
    private final float[] logits;
    private final Checkpoint checkpoint = this::requireWanted;
    private final Usage usage = new Usage("the sequence", this::free);

    /** Rows of a prompt in the pass that runs; 0 if none does. */
    private int passRows;

    CachedTokenSequence(SessionSetup frame) {
        model = frame.model();
        contextSize = frame.contextSize();
        fewRows = model.decoder().fewRows();
        logits = new float[model.decoder().vocabulary()];
        int rows = frame.passRows(PROMPT_ROWS);
        sequence = new Sequence(frame, rows);
        try {
            workspace = new Workspace(model, rows, 1);
        } catch (RuntimeException | Error e) {
            sequence.close();
            throw e;
        }
    }

    @Override
    public void append(int[] ids) {
        usage.enterAlone();
        try {
            requireRoom(ids.length);
            compute(sequence.continuedBy(ids), checkpoint);
        } catch (Stopped e) {
            throw stopped();
        } catch (OutOfMemoryError | InternalError e) {
            throw Failures.rethrow(e);
        } finally {
            usage.exit();
        }
    }

    @Override
    public void append(int id) {
        usage.enterAlone();
        try {
            requireRoom(1);
            feed(id, checkpoint);
        } catch (Stopped e) {
            throw stopped();
        } catch (OutOfMemoryError | InternalError e) {
            throw Failures.rethrow(e);
        } finally {
            usage.exit();
        }
    }

    private RuntimeException stopped() {
        return usage.closed()
                ? new IllegalStateException("the sequence is closed")
                : new CancellationException("the thread was interrupted");
    }

    private void requireRoom(int count) {
        if (count > contextSize - sequence.count()) {
            throw new RequestException(count + " more tokens do not fit a context of " + contextSize + " with "
                    + sequence.count() + " in use");
        }
    }

    @Override
    public void rewind(int position) {
        usage.enterAlone();
        try {
            if (position < 0 || position > sequence.count()) {
                throw new IllegalArgumentException(
                        "cannot rewind to " + position + " of " + sequence.count() + " positions");
            }
            if (sequence.cache().canContinueAt(position)) {
                sequence.rewind(position);
            } else {
                int[] ids = sequence.tokens(position);
                sequence.rewind(0);
                compute(sequence.continuedBy(ids), checkpoint);
            }
        } catch (Stopped e) {
            throw stopped();
        } finally {
            usage.exit();
        }
    }

    @Override
    public float[] logits() {
        return logits;
    }

    @Override
    public int length() {
        return sequence.count();
    }

    @Override
    public int contextSize() {
        return contextSize;
    }

    @Override
    public long cacheBytes() {
        return sequence.cache().maxBytes();
    }

    @Override
    public void close() {
        usage.close();
    }

    private void free() {
        workspace.close();
        sequence.close();
    }

    /** Asked between the layers of what {@link #append} computes. */
    private void requireWanted() {
        model.requireOpen();
        if (usage.closed() || Thread.currentThread().isInterrupted()) {
            throw new Stopped();
        }
    }

    // What follows is for the session that owns this sequence: it says who may call, and when work is to end.

    /** Keeps the beginning that the cache shares with a prompt, and returns how many positions these are. */
    int reuse(Prompt prompt) {
        sequence.rewind(sequence.shared(prompt));
        return sequence.count();
    }

    /** Processes what is not in the cache yet of a prompt whose beginning is, and computes the logits after its last position. */
    void compute(Prompt prompt, Checkpoint each) {
        int before = sequence.count();
        Span span = FlightEvents.prefill(before);
        while (sequence.count() < prompt.size()) {
            int rows = PromptWriter.chunk(prompt, sequence.count(), workspace.mostRows(), fewRows);
            pass(prompt, rows, each);
        }
        span.finish(sequence.count() - before);
    }

    /** Rows of a prompt in the pass that runs; 0 for a token of an answer. */
    int passRows() {
        return passRows;
    }

    private void pass(Prompt prompt, int rows, Checkpoint each) {
        model.enter();
        passRows = rows;
        try {
            each.check();
            workspace.begin(rows);
            workspace.add(sequence, prompt, rows);
            workspace.forward(each);
            if (sequence.count() + rows == prompt.size()) {
                workspace.logits(rows - 1, logits);
            }
            sequence.append(prompt, rows);
        } finally {
            passRows = 0;
            model.exit();
        }
    }

    /**
     * Feeds one generated token and computes the next logits.
     *
     * @throws Stopped if {@code each} says so
     */
    void feed(int token, Checkpoint each) {
        model.enter();
        try {
            each.check();
            workspace.begin(1);
            workspace.add(sequence, token);
            workspace.forward(each);
            workspace.logits(0, logits);
            sequence.append(token);
        } finally {
            model.exit();
        }
    }
}
