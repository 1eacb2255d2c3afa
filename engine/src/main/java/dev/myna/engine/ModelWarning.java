// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

/**
 * A key or tensor of a model's file that Myna does not follow.
 *
 * @param kind what it is about
 * @param message one line, without the file's name
 * @param changesResults whether following it would change answers: such a file is refused unless {@link
 *     ModelOptions#ignoreUnused}
 */
public record ModelWarning(Kind kind, String message, boolean changesResults) {

    /** One line each. */
    public enum Kind {
        /** Tensors that nothing uses. */
        TENSORS,
        /** Keys of the rotary embedding. */
        ROPE,
        /** Keys of the architecture that change what is computed. */
        ARCHITECTURE,
        /** Other keys of the architecture, which Myna does not know. */
        KEYS,
        /** Keys of the tokenizer. */
        TOKENIZER,
        /** The chat template. */
        TEMPLATE,
        /** Keys of how answers are to be sampled. */
        SAMPLING
    }
}
