// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

/** A piece of a rendered prompt. */
public sealed interface PromptPiece {

    /** Token ids; at least one. */
    record Tokens(int[] ids) implements PromptPiece {}

    /**
     * The place of a picture's rows.
     *
     * @param index number of the picture, counted from 0 over the whole conversation
     */
    record Picture(int index) implements PromptPiece {}
}
