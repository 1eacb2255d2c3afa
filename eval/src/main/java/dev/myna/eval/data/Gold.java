// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Right answers of a question as people read them, whatever the task calls them in its gold map. */
public final class Gold {
    private static final List<String> NAMES = List.of("answer", "answers", "label", "caption", "reference");

    private Gold() {}

    /** The right answers; a letter of an option is followed by its text. Empty if the map has none. */
    public static List<String> right(Map<String, Object> gold) {
        List<String> right = new ArrayList<>();
        for (String name : NAMES) {
            switch (gold.get(name)) {
                case null -> {}
                case List<?> list ->
                    list.forEach(each -> add(right, option(String.valueOf(each), gold.get("options"))));
                case Object value -> add(right, option(value.toString(), gold.get("options")));
            }
        }
        return right;
    }

    private static void add(List<String> right, String text) {
        boolean known = right.stream().anyMatch(each -> each.equals(text) || each.startsWith(text + ": "));
        if (!known) {
            right.add(text);
        }
    }

    private static String option(String letter, Object options) {
        Object text = null;
        if (options instanceof Map<?, ?> map) {
            text = map.get(letter);
        } else if (options instanceof List<?> list && letter.length() == 1) {
            int at = letter.charAt(0) - 'A';
            text = at >= 0 && at < list.size() ? list.get(at) : null;
        }
        return text == null ? letter : letter + ": " + text;
    }
}
