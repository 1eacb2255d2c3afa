// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

/** RFC 8259 by recursive descent, written apart from the grammar: is this text JSON? */
final class JsonChecker {
    private final String text;
    private int at;

    private JsonChecker(String text) {
        this.text = text;
    }

    static boolean isObject(String text) {
        JsonChecker checker = new JsonChecker(text);
        checker.space();
        if (!checker.next("{")) {
            return false;
        }
        checker.at--;
        if (!checker.value()) {
            return false;
        }
        checker.space();
        return checker.at == text.length();
    }

    private boolean next(String expected) {
        boolean found = text.startsWith(expected, at);
        at += found ? expected.length() : 0;
        return found;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean value() {
        space();
        boolean found = next("{")
                ? list("}", true)
                : next("[")
                        ? list("]", false)
                        : text.startsWith("\"", at)
                                ? string()
                                : next("true") || next("false") || next("null") || number();
        space();
        return found;
    }

    private boolean list(String end, boolean keys) {
        space();
        if (next(end)) {
            return true;
        }
        do {
            space();
            if (keys) {
                if (!string()) {
                    return false;
                }
                space();
                if (!next(":")) {
                    return false;
                }
            }
            if (!value()) {
                return false;
            }
        } while (next(","));
        return next(end);
    }

    private boolean string() {
        if (!next("\"")) {
            return false;
        }
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return true;
            }
            if (c < 0x20) {
                return false;
            }
            if (c == '\\') {
                char escape = at < text.length() ? text.charAt(at++) : 0;
                if (escape == 'u') {
                    if (at + 4 > text.length() || !text.substring(at, at + 4).matches("[0-9A-Fa-f]{4}")) {
                        return false;
                    }
                    at += 4;
                } else if ("\"\\/bfnrt".indexOf(escape) < 0) {
                    return false;
                }
            }
        }
        return false;
    }

    private boolean number() {
        int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return text.substring(from, at).matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    }
}
