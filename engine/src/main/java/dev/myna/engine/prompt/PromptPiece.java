// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

/** A piece of a rendered prompt. */
public sealed interface PromptPiece {

    /** Token ids; at least one. */
    record Tokens(int[] ids) implements PromptPiece {}

    /**
     * The place of an image's rows.
     *
     * @param index number of the image in the conversation, from 0
     */
    record Image(int index) implements PromptPiece {}
}
