// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** How many rows have which verdict. Not thread-safe. */
public final class Counts {
    private final Map<Verdict.Kind, Integer> kinds = new EnumMap<>(Verdict.Kind.class);
    private int questions;
    private int otherLanguage;

    /** Adds a row. */
    public void add(Verdict.Kind kind) {
        questions++;
        kinds.merge(kind, 1, Integer::sum);
    }

    /** One of the rows is answered in another language than was asked for. */
    public void addOtherLanguage() {
        otherLanguage++;
    }

    /** Rows. */
    public int questions() {
        return questions;
    }

    /** Rows with this verdict. */
    public int of(Verdict.Kind kind) {
        return kinds.getOrDefault(kind, 0);
    }

    /** Rows whose answer is in another language than was asked for, whatever their verdict. */
    public int otherLanguage() {
        return otherLanguage;
    }

    /** All counts by name, as results have them. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("questions", questions);
        for (Verdict.Kind kind : Verdict.Kind.values()) {
            map.put(kind.label(), of(kind));
        }
        map.put("other_language", otherLanguage);
        return map;
    }
}
