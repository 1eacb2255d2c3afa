// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** FunctionGemma's values as JSON: texts stand between {@code <escape>} tags, keys as they are. */
final class GemmaLiterals extends Literals {
    private GemmaLiterals(String text) {
        super(text);
    }

    /** {@code {a:1,b:<escape>x<escape>}} as a compact JSON object; null if it is anything else. */
    static String object(String text) {
        GemmaLiterals literals = new GemmaLiterals(text);
        try {
            Map<String, Object> values = literals.map(1);
            return literals.ended() ? JsonValue.text(values) : null;
        } catch (Malformed e) {
            return null;
        }
    }

    private Object value(int depth) throws Malformed {
        requireDepth(depth);
        skipSpace();
        if (text.startsWith(GemmaCall.ESCAPE, at)) {
            return escaped();
        }
        if (at < text.length() && text.charAt(at) == '{') {
            return map(depth);
        }
        return at < text.length() && text.charAt(at) == '[' ? list(depth) : plain();
    }

    private String escaped() throws Malformed {
        int from = at + GemmaCall.ESCAPE.length();
        int end = text.indexOf(GemmaCall.ESCAPE, from);
        if (end < 0) {
            throw new Malformed();
        }
        at = end + GemmaCall.ESCAPE.length();
        return text.substring(from, end);
    }

    private List<Object> list(int depth) throws Malformed {
        require('[');
        List<Object> values = new ArrayList<>();
        while (!take(']')) {
            values.add(value(depth + 1));
            if (!take(',')) {
                require(']');
                break;
            }
        }
        return values;
    }

    private Map<String, Object> map(int depth) throws Malformed {
        requireDepth(depth);
        require('{');
        Map<String, Object> values = new LinkedHashMap<>();
        while (!take('}')) {
            skipSpace();
            String key;
            if (text.startsWith(GemmaCall.ESCAPE, at)) {
                key = escaped();
                require(':');
            } else {
                int colon = text.indexOf(':', at);
                if (colon < 0) {
                    throw new Malformed();
                }
                key = text.substring(at, colon).strip();
                at = colon + 1;
            }
            values.put(key, value(depth + 1));
            if (!take(',')) {
                require('}');
                break;
            }
        }
        return values;
    }

    /** A word or a number, up to what ends a value. */
    private Object plain() throws Malformed {
        int from = at;
        while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(from, at).strip();
        return switch (word) {
            case "" -> throw new Malformed();
            case "true" -> true;
            case "false" -> false;
            case "null" -> null;
            default -> {
                Object number = number(word);
                yield number == JsonValue.NONE ? word : number;
            }
        };
    }
}
