// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.GenerationException;
import dev.myna.engine.tools.AnswerEvent;
import java.util.Iterator;
import java.util.List;

/**
 * One answer while it is being generated: an iterator of text pieces (whole characters, never half a surrogate pair). {@link
 * #close} or interrupting the thread that waits for a piece stops it within one operation, or one piece of a long operation: some
 * milliseconds on a CPU.
 *
 * <p>An answer of a {@link Session} is computed by the thread that asks for its pieces and belongs to it. An answer of a {@link
 * Scheduler} is computed whether its pieces are asked for or not; one thread takes them, which waits for the next. {@link #close}
 * may be called from any thread in both cases.
 *
 * <p>Closing the session or the scheduler ends its answers: they are {@link FinishReason#CANCELLED} and keep the text generated so far.
 * Answers of a model that is closed end with an {@link IllegalStateException}.
 */
@SuppressWarnings("IterableAndIterator") // read once, and people write for (String piece : generation)
public interface Generation extends Iterator<String>, Iterable<String>, AutoCloseable {

    /** Why an answer ended. */
    enum FinishReason {
        /** The model ended the answer, or a stop string was found. */
        STOP,
        /** As {@link #STOP}, and the answer contains tool calls. */
        TOOL_CALLS,
        /** The token limit or the end of the context was reached. */
        LENGTH,
        /** Closed or interrupted. */
        CANCELLED
    }

    /**
     * Counts and times of an answer.
     *
     * @param promptTokens positions of the prompt, image rows included
     * @param cachedTokens of these, positions that were still in a KV cache from earlier requests
     * @param imageTokens of these, image rows
     * @param generatedTokens tokens generated so far
     * @param imageNanos time spent in the vision tower and projector
     * @param promptNanos time spent on the prompt in the decoder
     * @param generationNanos time spent generating
     */
    record Stats(
            int promptTokens,
            int cachedTokens,
            int imageTokens,
            int generatedTokens,
            long imageNanos,
            long promptNanos,
            long generationNanos) {}

    /**
     * How far the work before the first token is.
     *
     * @param positions positions of the prompt that are in the KV cache, those of earlier requests included; while a pass runs, its rows
     *     count by the layers that are done
     * @param totalPositions positions of the prompt, image rows included
     * @param images images that are encoded, of those that have to be
     * @param totalImages images that have to be encoded: all of the prompt whose rows are not known from before; 0 until the work begins
     * @param layers layers of the vision tower that are done for the image that is being encoded
     * @param totalLayers about as many as that image takes; 0 while none is being encoded
     */
    record Progress(int positions, int totalPositions, int images, int totalImages, int layers, int totalLayers) {
        /** Share of the images that is done, from 0 to 1; 1 without images to encode. */
        public double imageShare() {
            if (totalImages == 0) {
                return 1;
            }
            double current = totalLayers == 0 ? 0 : Math.min(1, (double) layers / totalLayers);
            return Math.min(1, (images + current) / totalImages);
        }

        /** Share of the prompt that is done, from 0 to 1. */
        public double promptShare() {
            return totalPositions == 0 ? 1 : (double) positions / totalPositions;
        }
    }

    /**
     * A chosen token and the most likely tokens at its place.
     *
     * @param id the token
     * @param bytes its bytes; a single token may be incomplete UTF-8; empty for one that ends the answer
     * @param logprob natural logarithm of its probability: softmax of the model's logits, before penalties, filters and temperature
     * @param top the most likely tokens, best first, as many as were asked for
     */
    record TokenChoice(int id, byte[] bytes, float logprob, List<Alternative> top) {}

    /** Another likely token, with the components of {@link TokenChoice}. */
    record Alternative(int id, byte[] bytes, float logprob) {}

    /**
     * Whether more text comes; waits until that is known.
     *
     * @throws GenerationException if the logits contain NaN or infinity, memory ran out, or a page of the model's file is gone
     * @throws IllegalStateException if the model was closed
     */
    @Override
    boolean hasNext();

    /** The next non-empty piece of content. Reasoning and tool calls are skipped: see {@link #nextEvents}. */
    @Override
    String next();

    /** This iterator: for {@code for (String piece : generation)}. */
    @Override
    default Iterator<String> iterator() {
        return this;
    }

    /**
     * Waits for new events and returns what is new since the last call of this method or of {@link #next}: content, reasoning, calls.
     *
     * @return at least one event, or none if the answer has ended
     */
    List<AnswerEvent> nextEvents();

    /** The answer so far as a message: text without trailing white space, reasoning, calls. */
    ChatMessage.Assistant message();

    /** Names of tools whose JSON schemas use keywords that Myna does not support: arguments of their calls are not constrained. */
    List<String> unenforced();

    /** Runs to the end and returns everything not yet taken by {@link #next}, without trailing whitespace. */
    default String text() {
        StringBuilder rest = new StringBuilder();
        while (hasNext()) {
            rest.append(next());
        }
        return rest.toString().stripTrailing();
    }

    /** Why the answer ended, or null while it has not. */
    FinishReason finishReason();

    /** Counts and times so far. */
    Stats stats();

    /** How far the work before the first token is; for any thread, at any time. */
    Progress progress();

    /** One for each token generated so far, where {@link GenerationOptions#logprobs} asks for it; else none. */
    List<TokenChoice> choices();

    /**
     * Expert weights per image of the prompt, where the model has a text-guided mixture; available after the first piece. The array of
     * an image without experts is empty.
     */
    List<float[]> routers();

    /** Stops generating within one operation; does not wait for its end. Idempotent, for any thread. */
    @Override
    void close();
}
