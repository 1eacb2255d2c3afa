// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import dev.myna.eval.judge.ReviewParser;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who judges free answers, and how reviews are read. All of it is part of results: only scores of the same judge can be compared.
 *
 * @param name of the judge
 * @param rules name of the user's rules; empty for those that come with Myna
 * @param parser of reviews; empty for the one that the published code of the task uses
 */
public record JudgeOptions(String name, Optional<String> rules, Optional<ReviewParser> parser) {
    /** The options by name. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        rules.ifPresent(each -> map.put("rules", each));
        parser.ifPresent(each -> map.put("parser", each.label()));
        return map;
    }

    /** The options of such a map. */
    static JudgeOptions of(Map<?, ?> map) {
        return new JudgeOptions(
                String.valueOf(map.get("name")),
                Optional.ofNullable(map.get("rules")).map(String::valueOf),
                map.get("parser") instanceof String label ? ReviewParser.byLabel(label) : Optional.empty());
    }

    /** The same with another parser. */
    public JudgeOptions withParser(ReviewParser other) {
        return new JudgeOptions(name, rules, Optional.of(other));
    }
}
