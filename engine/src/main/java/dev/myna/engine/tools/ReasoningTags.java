// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

/**
 * What a model writes around its reasoning.
 *
 * @param open begins it, for example {@code <think>}
 * @param close ends it
 * @param started whether the prompt ends with the opening tag, so that the answer begins inside
 */
public record ReasoningTags(String open, String close, boolean started) {

    /** The same for an answer to a prompt that ends with this text. */
    public ReasoningTags startedBy(String prompt) {
        return new ReasoningTags(open, close, prompt.stripTrailing().endsWith(open));
    }
}
