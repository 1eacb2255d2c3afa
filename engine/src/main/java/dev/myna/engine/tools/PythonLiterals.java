// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import dev.myna.loaders.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Python's literals as JSON: texts, numbers, lists, maps, {@code True}, {@code False}, {@code None}, and JSON's words for these. */
final class PythonLiterals extends Literals {
    private PythonLiterals(String text) {
        super(text);
    }

    /** {@code a=1, b="x"} as a compact JSON object; null if it is anything else. */
    static String keywords(String text) {
        PythonLiterals literals = new PythonLiterals(text);
        try {
            Map<String, Object> values = new LinkedHashMap<>();
            while (!literals.ended()) {
                String key = literals.identifier();
                literals.require('=');
                if (values.containsKey(key)) {
                    return null;
                }
                values.put(key, literals.value(1));
                if (!literals.take(',') && !literals.ended()) {
                    return null;
                }
            }
            return JsonValue.text(values);
        } catch (Malformed e) {
            return null;
        }
    }

    /** The value that a text is, or {@link JsonValue#NONE}. */
    static Object value(String text) {
        PythonLiterals literals = new PythonLiterals(text);
        try {
            Object value = literals.value(1);
            return literals.ended() ? value : JsonValue.NONE;
        } catch (Malformed e) {
            return JsonValue.NONE;
        }
    }

    private String identifier() throws Malformed {
        skipSpace();
        int from = at;
        while (at < text.length() && Character.isUnicodeIdentifierPart(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        if (from == at || Character.isDigit(text.codePointAt(from))) {
            throw new Malformed();
        }
        return text.substring(from, at);
    }

    private Object value(int depth) throws Malformed {
        requireDepth(depth);
        skipSpace();
        if (at == text.length()) {
            throw new Malformed();
        }
        return switch (text.charAt(at)) {
            case '"', '\'' -> strings();
            case '[' -> list(']', depth);
            case '(' -> list(')', depth);
            case '{' -> map(depth);
            default -> word();
        };
    }

    private List<Object> list(char close, int depth) throws Malformed {
        at++;
        List<Object> values = new ArrayList<>();
        while (!take(close)) {
            values.add(value(depth + 1));
            if (!take(',')) {
                require(close);
                break;
            }
        }
        return values;
    }

    private Map<String, Object> map(int depth) throws Malformed {
        at++;
        Map<String, Object> values = new LinkedHashMap<>();
        while (!take('}')) {
            skipSpace();
            if (at == text.length() || text.charAt(at) != '"' && text.charAt(at) != '\'') {
                throw new Malformed();
            }
            String key = strings();
            require(':');
            values.put(key, value(depth + 1));
            if (!take(',')) {
                require('}');
                break;
            }
        }
        return values;
    }

    private Object word() throws Malformed {
        int from = at;
        while (at < text.length() && isWordPart(text.charAt(at))) {
            at++;
        }
        String word = text.substring(from, at);
        Object value = switch (word) {
            case "True", "true" -> true;
            case "False", "false" -> false;
            case "None", "null" -> null;
            default -> number(word);
        };
        if (value == JsonValue.NONE) {
            throw new Malformed();
        }
        return value;
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '+' || c == '-' || c == '.' || c == '_';
    }

    /** Strings that follow each other are one. */
    private String strings() throws Malformed {
        StringBuilder out = new StringBuilder();
        do {
            string(out);
            skipSpace();
        } while (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\''));
        return out.toString();
    }

    private void string(StringBuilder out) throws Malformed {
        char quote = text.charAt(at++);
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            if (c != '\\') {
                out.append(c);
            } else if (at < text.length()) {
                escape(out);
            }
        }
        if (at == text.length() || !Text.isEncodable(out.toString())) {
            throw new Malformed();
        }
        at++;
    }

    private void escape(StringBuilder out) throws Malformed {
        char c = text.charAt(at++);
        switch (c) {
            case '\n' -> {}
            case '\\', '\'', '"' -> out.append(c);
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'r' -> out.append('\r');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'a' -> out.append('\u0007');
            case 'v' -> out.append('\u000b');
            case 'x' -> codePoint(out, 2, 16);
            case 'u' -> codePoint(out, 4, 16);
            case 'U' -> codePoint(out, 8, 16);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int digits = 1;
                while (digits < 3 && at - 1 + digits < text.length() && isOctal(text.charAt(at - 1 + digits))) {
                    digits++;
                }
                at--;
                codePoint(out, digits, 8);
            }
            default -> out.append('\\').append(c);
        }
    }

    private static boolean isOctal(char c) {
        return c >= '0' && c <= '7';
    }

    private void codePoint(StringBuilder out, int digits, int radix) throws Malformed {
        long value = 0;
        for (int end = at + digits; at < end; at++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), radix) : -1;
            if (digit < 0) {
                throw new Malformed();
            }
            value = radix * value + digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw new Malformed();
        }
        out.appendCodePoint((int) value);
    }
}
