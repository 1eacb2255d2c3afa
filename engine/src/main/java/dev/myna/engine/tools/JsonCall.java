// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

/**
 * One call as a JSON object: {@code {"name": …, "arguments": {…}}}. Keys come in any order. Arguments that are an object are passed
 * on as they arrive, once the name is known.
 */
final class JsonCall extends CallReader {
    private static final int MAX_KEY = 64;

    /** A name of {@link #MAX_NAME} characters, each of them escaped. */
    private static final int MAX_QUOTED_NAME = 6 * MAX_NAME + 2;

    private enum Step {
        KEY,
        COLON,
        VALUE,
        ARGUMENTS,
        SKIPPED,
        COMMA,
        REST
    }

    private enum Key {
        NAME,
        ARGUMENTS,
        OTHER
    }

    private Step step = Step.KEY;
    private Key key;
    private String name;

    /** Arguments that came before the name. */
    private String early;

    /** @param from where the brace stands that opens the object */
    JsonCall(int from) {
        begun = from;
        at = from + 1;
    }

    @Override
    Progress read(StringBuilder text, Calls calls) {
        while (true) {
            Progress progress = switch (step) {
                case KEY -> key(text, calls);
                case COLON -> colon(text);
                case VALUE -> value(text, calls);
                case ARGUMENTS -> arguments(text, calls);
                case SKIPPED -> skipped(text, calls);
                case COMMA -> comma(text, calls);
                case REST -> rest(text);
            };
            if (progress != null) {
                return progress;
            }
        }
    }

    private Progress key(StringBuilder text, Calls calls) {
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        if (text.charAt(at) == '}') {
            return close(calls);
        }
        if (text.charAt(at) != '"') {
            return refused();
        }
        int end = new ValueScan(at, 0, false).end(text);
        if (end < 0) {
            return text.length() - at > MAX_KEY ? refused() : Progress.WAITS;
        }
        key = switch (text.substring(at + 1, end - 1)) {
            case "name", "tool_name", "function" -> Key.NAME;
            case "arguments", "parameters" -> Key.ARGUMENTS;
            case "id", "type", "tool_call_id" -> Key.OTHER;
            default -> null;
        };
        if (key == null) {
            return refused();
        }
        at = end;
        step = Step.COLON;
        return null;
    }

    private Progress colon(StringBuilder text) {
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        if (text.charAt(at) != ':') {
            return refused();
        }
        at++;
        step = Step.VALUE;
        return null;
    }

    private Progress value(StringBuilder text, Calls calls) {
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        if (key == Key.NAME && name == null) {
            return name(text, calls);
        }
        scan = new ValueScan(at, 0, false);
        if (key == Key.ARGUMENTS && name != null && !announced && text.charAt(at) == '{') {
            announce(calls, null);
            step = Step.ARGUMENTS;
        } else {
            step = Step.SKIPPED;
        }
        return null;
    }

    private Progress name(StringBuilder text, Calls calls) {
        if (text.charAt(at) != '"') {
            return refused();
        }
        int end = new ValueScan(at, 0, false).end(text);
        if (end < 0) {
            return text.length() - at > MAX_QUOTED_NAME ? refused() : Progress.WAITS;
        }
        Object value = JsonValue.of(text.substring(at, end));
        if (!(value instanceof String said) || !calls.knows(said)) {
            return refused();
        }
        name = said;
        at = end;
        step = Step.COMMA;
        if (early != null) {
            announce(calls, early);
        }
        return null;
    }

    private Progress arguments(StringBuilder text, Calls calls) {
        if (!passOn(text, scan, calls)) {
            return Progress.WAITS;
        }
        step = Step.COMMA;
        return null;
    }

    /** A value that is not passed on while it arrives. */
    private Progress skipped(StringBuilder text, Calls calls) {
        char first = text.charAt(at);
        int end = first == '"' || first == '{' || first == '[' ? scan.end(text) : plainEnd(text);
        if (end < 0) {
            return Progress.WAITS;
        }
        if (key == Key.ARGUMENTS && !announced) {
            String value = argumentsOf(text.substring(at, end));
            if (name == null) {
                early = value;
            } else {
                announce(calls, value);
            }
        }
        at = end;
        step = Step.COMMA;
        return null;
    }

    /** Where a number or a word ends: it does so only in front of something else. */
    private int plainEnd(CharSequence text) {
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ',' || c == '}' || c == ']' || isSpace(c)) {
                return i;
            }
        }
        return -1;
    }

    /** Null, an empty text and nothing mean no arguments; a text holds them. */
    private static String argumentsOf(String json) {
        if (json.equals("null")) {
            return "{}";
        }
        if (json.startsWith("\"") && JsonValue.of(json) instanceof String text) {
            return text.isEmpty() ? "{}" : text;
        }
        return json;
    }

    private Progress comma(StringBuilder text, Calls calls) {
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        char c = text.charAt(at);
        if (c == '}') {
            return close(calls);
        }
        if (c != ',') {
            return refused();
        }
        at++;
        step = Step.KEY;
        return null;
    }

    private Progress close(Calls calls) {
        if (!announced) {
            if (name == null) {
                return Progress.REFUSED;
            }
            announce(calls, "{}");
        }
        at++;
        return Progress.ENDED;
    }

    /** A call that has been announced stays one: whatever follows up to the end of the object is passed over. */
    private Progress refused() {
        if (!announced) {
            return Progress.REFUSED;
        }
        scan = new ValueScan(at, 1, false);
        step = Step.REST;
        return null;
    }

    private Progress rest(StringBuilder text) {
        int end = scan.end(text);
        at = end < 0 ? text.length() : end;
        begun = at;
        return end < 0 ? Progress.WAITS : Progress.ENDED;
    }

    private void announce(Calls calls, String arguments) {
        calls.begin(name, null);
        announced = true;
        begun = at;
        if (arguments != null) {
            calls.arguments(arguments);
        }
    }

    @Override
    boolean isCertain() {
        return name != null;
    }
}
