// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import dev.myna.loaders.gguf.GgufFile;

/** Reads a tokenizer from GGUF metadata (spec tokenizers.md 1). */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * The tokenizer a decoder GGUF carries.
     *
     * @throws dev.myna.loaders.gguf.GgufException if keys are missing, have wrong types or contradict each other
     */
    public static Tokenizer load(GgufFile file) {
        throw new UnsupportedOperationException("not written yet");
    }
}
