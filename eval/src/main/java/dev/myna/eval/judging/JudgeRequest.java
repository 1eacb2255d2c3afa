// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a judge is asked about one answer. Temperature and limit are those of the published scripts (docs/spec/evaluation.md 1).
 *
 * @param task name of the task
 * @param language its code
 * @param id of the question
 * @param system what the judge is
 * @param user question, answers and rule
 */
public record JudgeRequest(String task, String language, String id, String system, String user) {
    /** Of the judge's sampling. */
    public static final double TEMPERATURE = 0.2;

    /** Limit of a review. */
    public static final int MAX_TOKENS = 1024;

    /** By name, in a fixed order. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("task", task);
        map.put("language", language);
        map.put("id", id);
        map.put("system", system);
        map.put("user", user);
        map.put("temperature", TEMPERATURE);
        map.put("max_tokens", MAX_TOKENS);
        return map;
    }
}
