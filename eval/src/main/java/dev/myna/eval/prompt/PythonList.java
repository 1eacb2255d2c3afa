// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.prompt;

import dev.myna.eval.EvalException;
import dev.myna.loaders.datasets.PythonNumbers;
import dev.myna.loaders.text.Text;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** A list or tuple of strings and numbers in Python's notation, as xMMMU keeps its options. */
public final class PythonList {
    private final String text;
    private int at;

    private PythonList(String text) {
        this.text = text;
    }

    /**
     * The elements as text. Line ends in the literal count as spaces.
     *
     * @throws EvalException if it is no such list
     */
    public static List<String> parse(String literal) {
        return new PythonList(literal.replace('\n', ' ')).list();
    }

    private List<String> list() {
        List<String> values = new ArrayList<>();
        char open = peek();
        char close = open == '[' ? ']' : ')';
        if (open != '[' && open != '(') {
            throw fail();
        }
        at++;
        while (peek() != close) {
            values.add(value());
            if (peek() == ',') {
                at++;
            } else if (peek() != close) {
                throw fail();
            }
        }
        at++;
        if (peek() != 0) {
            throw fail();
        }
        return values;
    }

    private String value() {
        char next = peek();
        if (next == '\'' || next == '"') {
            StringBuilder joined = new StringBuilder();
            while (peek() == '\'' || peek() == '"') {
                string(joined);
            }
            return joined.toString();
        }
        int start = at;
        while (at < text.length() && ",]) ".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        if (word.matches("[+-]?[0-9]+")) {
            return new BigInteger(word).toString();
        }
        if (List.of("None", "True", "False").contains(word)) {
            return word;
        }
        boolean digits = word.chars().anyMatch(c -> c >= '0' && c <= '9');
        return PythonNumbers.repr(digits ? PythonNumbers.parse(word).orElseThrow(this::fail) : failing());
    }

    private double failing() {
        throw fail();
    }

    private void string(StringBuilder out) {
        char quote = text.charAt(at++);
        while (true) {
            if (at >= text.length()) {
                throw fail();
            }
            char c = text.charAt(at++);
            if (c == quote) {
                return;
            }
            if (c != '\\') {
                out.append(c);
                continue;
            }
            if (at >= text.length()) {
                throw fail();
            }
            char escape = text.charAt(at++);
            switch (escape) {
                case '\\', '\'', '"' -> out.append(escape);
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'v' -> out.append('\u000b');
                case 'x' -> code(2, out);
                case 'u' -> code(4, out);
                case 'U' -> code(8, out);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    int value = escape - '0';
                    for (int i = 0; i < 2 && at < text.length() && Character.digit(text.charAt(at), 8) >= 0; i++) {
                        value = value * 8 + Character.digit(text.charAt(at++), 8);
                    }
                    out.append((char) value);
                }
                default -> out.append('\\').append(escape);
            }
        }
    }

    private void code(int digits, StringBuilder out) {
        if (at + digits > text.length()) {
            throw fail();
        }
        try {
            out.appendCodePoint(Integer.parseInt(text.substring(at, at + digits), 16));
        } catch (IllegalArgumentException e) {
            throw fail();
        }
        at += digits;
    }

    /** The next character that is no space; 0 at the end. */
    private char peek() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t' || text.charAt(at) == '\r')) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private EvalException fail() {
        return new EvalException("the options are no list of strings in Python's notation: " + Text.quote(text));
    }
}
