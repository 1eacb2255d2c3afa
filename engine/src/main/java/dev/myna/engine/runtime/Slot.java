// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import java.util.List;

/** A request that a scheduler works on: first its images, then its prompt, then a token at a time. */
final class Slot {
    final RunningGeneration generation;
    final Sequence sequence;

    /** What is to be encoded before the prompt can be read. */
    final List<PromptImage> images;

    private volatile boolean encoded;
    private int token = -1;
    private boolean broken;

    Slot(RunningGeneration generation, Sequence sequence) {
        this.generation = generation;
        this.sequence = sequence;
        images = generation.prompt().imagesFrom(sequence.count()).stream()
                .filter(image -> image.rows().values() == null)
                .toList();
        encoded = images.isEmpty();
    }

    Prompt prompt() {
        return generation.prompt();
    }

    /** Whether the decoder has something to do for it. */
    boolean runnable() {
        return encoded && !generation.ended();
    }

    /** Whether its prompt has been read. */
    boolean answering() {
        return token >= 0;
    }

    /** The latest token of the answer, which the next pass feeds. */
    int token() {
        return token;
    }

    /** Takes the logits after its latest position; what goes wrong ends this request alone. */
    void accept(float[] logits, int offset) {
        try {
            token = generation.accept(logits, offset);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    void setEncoded() {
        encoded = true;
    }

    /** Ends the request; what its cache holds is not to be trusted. */
    void fail(Throwable thrown) {
        broken = true;
        generation.fail(thrown);
    }

    boolean broken() {
        return broken;
    }
}
