// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.events.FlightEvents;
import dev.myna.engine.events.Span;
import dev.myna.kernels.Usage;
import java.util.concurrent.CancellationException;

/**
 * A sequence of token ids below conversations: no template, no BOS, no sampling. It owns a KV cache and scratch memory. Programs that
 * choose tokens themselves read {@link #logits}; benchmarks measure {@link #append}.
 *
 * <p>For one thread at a time: a second one that calls waits. {@link #close} may be called by any thread at any time, ends what is
 * computed within one step (a layer of the decoder), and then frees the memory.
 */
public final class TokenSequence implements AutoCloseable {
    /** Prompt rows per decoder pass: enough to read each weight once for many rows, small enough to cancel between passes. */
    private static final int PROMPT_ROWS = 256;

    private final Model model;
    private final int contextSize;
    private final int fewRows;
    private final Sequence sequence;
    private final Workspace workspace;
    private final float[] logits;
    private final Checkpoint checkpoint = this::requireWanted;
    private final Usage usage = new Usage("the sequence", this::free);

    TokenSequence(Frame frame) {
        model = frame.model();
        contextSize = frame.contextSize();
        fewRows = model.decoder().fewRows();
        logits = new float[model.decoder().vocabulary()];
        sequence = new Sequence(frame);
        try {
            workspace = new Workspace(model, Math.min(model.decoder().mostRows(PROMPT_ROWS), contextSize), 1);
        } catch (RuntimeException | Error e) {
            sequence.close();
            throw e;
        }
    }

    /**
     * Appends token ids, many rows of them in one pass as a prompt is processed, and computes the logits after the last one.
     *
     * @throws RequestException if there are more ids than free positions
     * @throws IllegalArgumentException if an id is not in the vocabulary
     * @throws IllegalStateException if the sequence or the model is closed, also meanwhile
     * @throws CancellationException if the thread is interrupted; it stays so, and some of the ids may have been appended
     * @throws GenerationException if there is too little memory
     */
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

    /** As {@link #append(int[])} with one id, the way an answer's token is processed. Allocates nothing. */
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

    /**
     * Forgets the positions from {@code position} on.
     *
     * @throws IllegalArgumentException if {@code position} is negative or greater than {@link #length}
     */
    public void rewind(int position) {
        usage.enterAlone();
        try {
            if (position < 0 || position > sequence.count()) {
                throw new IllegalArgumentException(
                        "cannot rewind to " + position + " of " + sequence.count() + " positions");
            }
            sequence.rewind(position);
        } finally {
            usage.exit();
        }
    }

    /** Logits after the last position that was appended: [ids of the vocabulary]. The next call of append overwrites the array. */
    public float[] logits() {
        return logits;
    }

    /** Positions in use. */
    public int length() {
        return sequence.count();
    }

    /** Positions the context holds. */
    public int contextSize() {
        return contextSize;
    }

    /** Bytes of keys and values when every position is in use; they are taken from the system as positions fill. */
    public long cacheBytes() {
        return sequence.cache().shape().bytes();
    }

    /**
     * Ends what is computed, within one step, and then frees the KV cache and scratch memory. Idempotent, for any thread; interrupts do
     * not end the wait.
     */
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
            int remaining = prompt.size() - sequence.count();
            pass(prompt, PromptWriter.chunk(remaining, workspace.mostRows(), fewRows), each);
        }
        span.finish(sequence.count() - before);
    }

    private void pass(Prompt prompt, int rows, Checkpoint each) {
        model.enter();
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
            sequence.append(Prompt.Token.key(token));
        } finally {
            model.exit();
        }
    }
}
