// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import dev.myna.engine.prompt.jinja.values.PythonFloat;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Single JSON values, in and out. */
public final class JsonValue {
    private static final int MAX_VALUES = 100_000;

    /** Not a JSON value. */
    public static final Object NONE = new Object();

    private JsonValue() {}

    /** The value that a text is, or {@link #NONE}. */
    public static Object of(String text) {
        try {
            Map<String, Object> wrapped = JsonTree.object("{\"v\":" + text + "}", MAX_VALUES);
            return wrapped.size() == 1 ? wrapped.get("v") : NONE;
        } catch (JsonException e) {
            return NONE;
        }
    }

    /** JSON Schema's name of a value's type. */
    static String type(Object value) {
        return switch (value) {
            case null -> "null";
            case String _ -> "string";
            case Boolean _ -> "boolean";
            case List<?> _ -> "array";
            case Map<?, ?> _ -> "object";
            case Double _ -> "number";
            default -> "integer";
        };
    }

    /** Compact, as Python's {@code json.dumps} with separators of one character and non-ASCII as it is. */
    static String text(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, ",", ":", out);
        return out.toString();
    }

    /** As Python's {@code json.dumps}, with non-ASCII as it is. */
    public static String spaced(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, ", ", ": ", out);
        return out.toString();
    }

    private static void write(Object value, String comma, String colon, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case String text -> quote(text, out);
            // A number too large for a double stays one.
            case Double number when number.isInfinite() -> out.append(number > 0 ? "1e999" : "-1e999");
            case Double number -> out.append(PythonFloat.text(number));
            case List<?> list -> {
                String before = "[";
                for (Object item : list) {
                    write(item, comma, colon, out.append(before));
                    before = comma;
                }
                out.append(list.isEmpty() ? "[]" : "]");
            }
            case Map<?, ?> map -> {
                String before = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    quote((String) entry.getKey(), out.append(before));
                    write(entry.getValue(), comma, colon, out.append(colon));
                    before = comma;
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            default -> out.append(value);
        }
    }

    /** Appends a string in quotation marks. Control characters and surrogates without a partner are escaped. */
    public static void quote(String text, StringBuilder out) {
        out.append('"');
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> out.append('\\').append((char) c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                        out.append("\\u").append(HexFormat.of().toHexDigits((char) c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        out.append('"');
    }
}
