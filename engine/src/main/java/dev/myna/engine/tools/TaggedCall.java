// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.util.Set;

/**
 * Qwen3-Coder's call: {@code <function=NAME>}, parameters as {@code <parameter=K>\nV\n</parameter>}, {@code </function>}. A value is
 * what the tool's schema says, where it can be, else text.
 */
final class TaggedCall extends CallReader {
    static final String OPEN = "<function=";
    private static final String CLOSE = "</function>";
    private static final String PARAMETER = "<parameter=";
    private static final String PARAMETER_END = "</parameter>";
    private static final int MAX_KEY = 256;

    private enum Step {
        NAME,
        BODY,
        KEY,
        VALUE
    }

    private Step step = Step.NAME;
    private String name;
    private String key;
    private int valueFrom;

    /** @param from where the opening tag stands */
    TaggedCall(int from) {
        at = from;
        begun = from;
    }

    @Override
    Progress read(StringBuilder text, Calls calls) {
        while (true) {
            Progress progress = switch (step) {
                case NAME -> name(text, calls);
                case BODY -> body(text, calls);
                case KEY -> key(text);
                case VALUE -> value(text, calls);
            };
            if (progress != null) {
                return progress;
            }
        }
    }

    private Progress name(StringBuilder text, Calls calls) {
        Name found = name(text, OPEN, '>', calls);
        if (found.known() == null) {
            return found.progress();
        }
        name = found.known();
        calls.begin(name, null);
        pass(at + 1);
        step = Step.BODY;
        return null;
    }

    private void pass(int to) {
        at = to;
        begun = to;
    }

    /** The next parameter or the end; anything else is passed over. */
    private Progress body(StringBuilder text, Calls calls) {
        while (at < text.length()) {
            int parameter = tagAt(text, at, PARAMETER);
            int close = tagAt(text, at, CLOSE);
            if (parameter < 0 || close < 0) {
                return Progress.WAITS;
            }
            if (close > 0) {
                calls.arguments(calls.hasArguments() ? "}" : "{}");
                pass(at + CLOSE.length());
                return Progress.ENDED;
            }
            if (parameter > 0) {
                pass(at + PARAMETER.length());
                step = Step.KEY;
                return null;
            }
            pass(at + 1);
        }
        return Progress.WAITS;
    }

    private Progress key(StringBuilder text) {
        int end = text.indexOf(">", at);
        if (end < 0 && text.length() - at <= MAX_KEY) {
            return Progress.WAITS;
        }
        if (end < 0 || end - at > MAX_KEY) {
            step = Step.BODY;
            return null;
        }
        key = text.substring(at, end);
        pass(end + 1);
        valueFrom = at;
        step = Step.VALUE;
        return null;
    }

    private Progress value(StringBuilder text, Calls calls) {
        int end = text.indexOf(PARAMETER_END, at);
        if (end < 0) {
            at = Math.max(at, text.length() - PARAMETER_END.length() + 1);
            return Progress.WAITS;
        }
        int from = valueFrom < end && text.charAt(valueFrom) == '\n' ? valueFrom + 1 : valueFrom;
        int to = end > from && text.charAt(end - 1) == '\n' ? end - 1 : end;
        StringBuilder json = new StringBuilder(calls.hasArguments() ? "," : "{");
        JsonValue.quote(key, json);
        json.append(':').append(typed(text.substring(from, to), calls.types(name, key)));
        calls.arguments(json.toString());
        pass(end + PARAMETER_END.length());
        step = Step.BODY;
        return null;
    }

    /** A value as JSON. */
    private static String typed(String value, Set<String> types) {
        if (!types.isEmpty() && !types.equals(Set.of("string"))) {
            Object json = JsonValue.of(value);
            if (json == JsonValue.NONE) {
                json = PythonLiterals.value(value);
            }
            boolean text = json == JsonValue.NONE || types.contains("string") && !types.contains(JsonValue.type(json));
            if (!text) {
                return JsonValue.text(json);
            }
        }
        return JsonValue.text(value);
    }

    @Override
    boolean announced() {
        return name != null;
    }

    @Override
    void shift(int count) {
        super.shift(count);
        valueFrom -= count;
    }
}
