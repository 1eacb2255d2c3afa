// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A task of {@code results.json}.
 *
 * @param summary its object there
 * @param languages objects by code, in the order of the file
 */
record TaskView(String name, Map<?, ?> summary, Map<String, Map<?, ?>> languages) {
    /** All tasks of the file. */
    static List<TaskView> of(Map<String, Object> results) {
        List<TaskView> tasks = new ArrayList<>();
        if (results.get("tasks") instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> summary) {
                    Map<String, Map<?, ?>> languages = new LinkedHashMap<>();
                    Numbers.map(summary, "languages").forEach((code, value) -> {
                        if (value instanceof Map<?, ?> language) {
                            languages.put(code.toString(), language);
                        }
                    });
                    tasks.add(new TaskView(Numbers.text(summary, "task"), summary, languages));
                }
            }
        }
        return tasks;
    }

    /** Scores by language, the best first; languages without a score are last. */
    List<Map.Entry<String, Double>> ranking() {
        List<Map.Entry<String, Double>> ranking = new ArrayList<>();
        languages.forEach((code, language) -> ranking.add(Map.entry(code, Numbers.of(language, "score"))));
        ranking.sort((a, b) -> Double.compare(
                Double.isNaN(b.getValue()) ? Double.NEGATIVE_INFINITY : b.getValue(),
                Double.isNaN(a.getValue()) ? Double.NEGATIVE_INFINITY : a.getValue()));
        return ranking;
    }

    /** Whether the headline is mean and gap. */
    boolean multilingual() {
        return languages.size() > 1;
    }
}
