// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

/** A piece of a rendered prompt. */
public sealed interface PromptPiece {

    /** Token ids; at least one. */
    record Tokens(int[] ids) implements PromptPiece {}

    /**
     * Consecutive rows of an image.
     *
     * @param index number of the image in the conversation, from 0
     * @param first number of the first row, from 0
     * @param count rows
     */
    record Image(int index, int first, int count) implements PromptPiece {}
}
