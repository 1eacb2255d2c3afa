// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.text.Tokenizer;
import dev.myna.loaders.image.RgbImage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * A loaded model: mapped weights and tokenizer. Immutable, thread-safe, shared by any number of sessions and schedulers. {@link
 * dev.myna.Myna} loads it.
 *
 * <p>{@link #close} may be called by any thread at any time. It takes effect within one step (a layer of the decoder or of the vision
 * tower): what sessions and schedulers compute ends with an {@link IllegalStateException}, and so does every later call. Files and
 * threads are freed when nothing uses them any more, which {@code close} waits for. Sessions and schedulers own their memory: close
 * them too, in any order.
 */
public interface Model extends AutoCloseable {
    /**
     * Opens a conversation.
     *
     * @throws RequestException if the options ask for more context than the model was trained for, or a format that cannot be used
     * @throws IllegalStateException if the model is closed
     * @throws dev.myna.loaders.gguf.GgufException if a file became shorter since it was opened
     */
    Session newSession(SessionOptions options);

    /**
     * Starts a scheduler and its threads.
     *
     * @throws RequestException if the options ask for more context than the model was trained for, or a format that cannot be used
     * @throws IllegalStateException if the model is closed
     */
    Scheduler newScheduler(SchedulerOptions options);

    /**
     * Opens a sequence of token ids, below conversations. It needs context size and cache types of the options only.
     *
     * @throws RequestException if the options ask for more context than the model was trained for
     * @throws IllegalStateException if the model is closed
     * @throws dev.myna.loaders.gguf.GgufException if a file became shorter since it was opened
     */
    TokenSequence newTokenSequence(SessionOptions options);

    /** Turns text to token ids and back. */
    Tokenizer tokenizer();

    /** What the files say and Myna does not follow; with {@link ModelOptions#ignoreUnused}, also what changes results. */
    List<ModelWarning> warnings();

    /** How the file wants answers to be sampled; greedy where it says nothing. */
    FileSampling sampling();

    /**
     * Names of the options' template arguments that have no effect: the template does not know them, or there is none.
     *
     * @throws RequestException if the options name a format that cannot be used
     * @throws ModelException if they name none and the file's chat template cannot be used
     */
    List<String> unreadArguments(SessionOptions options);

    /** What was loaded, for people. */
    Info info();

    /**
     * Bytes of its own memory that the device holds now: weights, caches and scratch memory of open sessions. 0 for the CPU, which
     * computes with the mapped files.
     */
    long deviceMemory();

    /**
     * An image as the decoder sees it: preprocessing, tower and projector. Sessions do this by themselves. Where text guides a
     * mixture of experts (Parrot), these are the rows before it.
     *
     * @return rows of the decoder's width, one after the other
     * @throws RequestException if the model was loaded without a vision file
     * @throws IllegalStateException if the model is closed, also meanwhile
     * @throws CancellationException if the thread is interrupted; it stays so
     * @throws GenerationException if there is too little memory
     */
    float[] encode(RgbImage image, ImageMode mode);

    /** As {@link #plan(int, int, ImageMode, int)}, for the only image of a conversation. */
    default Optional<ImagePlan> plan(int imageWidth, int imageHeight, ImageMode mode) {
        return plan(imageWidth, imageHeight, mode, 1);
    }

    /**
     * How an image of this size is resized, and how it is cut into tiles; empty where it is made one square.
     *
     * @param imageWidth in pixels
     * @param imageHeight in pixels
     * @param images of the conversation, at least 1: some models (LLaVA-OneVision) cut only the image that is alone
     * @throws RequestException if the model was loaded without a vision file
     */
    Optional<ImagePlan> plan(int imageWidth, int imageHeight, ImageMode mode, int images);

    /**
     * Ends what computes with the weights, within one step, and then closes files and threads. Sessions and schedulers that are still
     * open fail with {@link IllegalStateException} afterwards. Idempotent, for any thread; interrupts do not end the wait.
     */
    @Override
    void close();

    /**
     * What was loaded, for people.
     *
     * @param name {@code general.name}, or the file name
     * @param family decoder, projector and tower in words
     * @param contextLength positions the model was trained for
     * @param weightBytes mapped bytes of both files
     * @param promptFormat the format sessions use unless told otherwise
     * @param seesImages whether it was loaded with a vision file
     * @param imageTokens rows one image takes in the prompt; empty without vision, or where it depends on the image
     * @param images how many positions images take, and why; empty without vision
     * @param device the device's description, and what is computed elsewhere
     * @param kernels which implementation of arithmetic computes: {@code machine code for AVX-512 VNNI}, {@code Vector API, 256-bit
     *     vectors}, {@code scalar} or {@code OpenCL}
     * @param fallback why it is not the device or not the kernels that were asked for, and what to do about it, in one line; empty if
     *     it is
     */
    record Info(
            String name,
            String family,
            int contextLength,
            long weightBytes,
            String promptFormat,
            boolean seesImages,
            Optional<Integer> imageTokens,
            Optional<String> images,
            String device,
            String kernels,
            Optional<String> fallback) {}
}
