// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import java.util.Map;

/**
 * A question and the model's answer, without images.
 *
 * @param prompt the last turn
 * @param gold as in {@link Question}
 * @param answer empty if there is an error
 * @param error why there is no answer; empty if there is one
 */
public record Answered(String id, String prompt, Map<String, Object> gold, String answer, String error) {
    /** A value of the gold map as text; null if it is absent. */
    public String gold(String name) {
        Object value = gold.get(name);
        return value == null ? null : value.toString();
    }
}
