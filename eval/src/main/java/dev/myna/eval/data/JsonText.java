// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes JSON. Numbers that JSON does not have become null. */
public final class JsonText {
    private final StringBuilder out = new StringBuilder();
    private final boolean lines;

    private JsonText(boolean lines) {
        this.lines = lines;
    }

    /** On one line. */
    public static String line(Object value) {
        JsonText text = new JsonText(false);
        text.value(value, 0);
        return text.out.toString();
    }

    /** Indented, with a final LF. */
    public static String document(Object value) {
        JsonText text = new JsonText(true);
        text.value(value, 0);
        return text.out.append('\n').toString();
    }

    private void value(Object value, int depth) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> {
                Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
                out.append('{');
                while (entries.hasNext()) {
                    Map.Entry<?, ?> entry = entries.next();
                    indent(depth + 1);
                    string(entry.getKey().toString());
                    out.append(lines ? ": " : ":");
                    value(entry.getValue(), depth + 1);
                    out.append(entries.hasNext() ? "," : "");
                }
                close('}', map.isEmpty(), depth);
            }
            case List<?> list -> {
                out.append('[');
                for (int i = 0; i < list.size(); i++) {
                    indent(depth + 1);
                    value(list.get(i), depth + 1);
                    out.append(i + 1 < list.size() ? "," : "");
                }
                close(']', list.isEmpty(), depth);
            }
            case Double number -> out.append(Double.isFinite(number) ? number.toString() : "null");
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            default -> string(value.toString());
        }
    }

    private void indent(int depth) {
        if (lines) {
            out.append('\n').append(" ".repeat(2 * depth));
        }
    }

    private void close(char bracket, boolean empty, int depth) {
        if (!empty) {
            indent(depth);
        }
        out.append(bracket);
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    boolean alone = Character.isSurrogate(c)
                            && !(Character.isHighSurrogate(c)
                                            && i + 1 < text.length()
                                            && Character.isLowSurrogate(text.charAt(i + 1))
                                    || Character.isLowSurrogate(c)
                                            && i > 0
                                            && Character.isHighSurrogate(text.charAt(i - 1)));
                    if (alone) {
                        out.append('\ufffd');
                    } else if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029) {
                        out.append("\\u").append(String.format(java.util.Locale.ROOT, "%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
