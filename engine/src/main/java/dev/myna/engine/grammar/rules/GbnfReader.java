// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import dev.myna.engine.error.GrammarException;
import java.util.Arrays;

/** The characters of a GBNF text, and its smallest parts. */
final class GbnfReader {
    static final int MAX_CHARACTERS = 1 << 18;

    private final int[] text;
    private int at;
    private int line = 1;
    private int lineStart;

    GbnfReader(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new GrammarException(
                    "grammar: it has " + text.length() + " characters; at most " + MAX_CHARACTERS + " are supported");
        }
        this.text = text.codePoints().toArray();
    }

    int line() {
        return line;
    }

    int column() {
        return at - lineStart + 1;
    }

    GrammarException error(String problem) {
        return GrammarException.at(line, column(), problem);
    }

    boolean atEnd() {
        return at == text.length;
    }

    /** The next character, or -1 at the end. */
    int peek() {
        return atEnd() ? -1 : text[at];
    }

    boolean atNewline() {
        return peek() == '\n' || peek() == '\r';
    }

    /** The next character, for messages. */
    String found() {
        int c = peek();
        return c < 0
                ? "the end of the grammar"
                : atNewline()
                        ? "the end of the line"
                        : c < 0x20 || c == 0x7F || Character.getType(c) == Character.SURROGATE
                                ? "U+%04X".formatted(c)
                                : "'" + Character.toString(c) + "'";
    }

    private int next() {
        int c = text[at++];
        if (c == '\n' || c == '\r' && peek() != '\n') {
            line++;
            lineStart = at;
        }
        return c;
    }

    /** Skips an ASCII text without line breaks if it comes next. */
    boolean take(String expected) {
        if (text.length - at < expected.length()) {
            return false;
        }
        for (int i = 0; i < expected.length(); i++) {
            if (text[at + i] != expected.charAt(i)) {
                return false;
            }
        }
        at += expected.length();
        return true;
    }

    /** Skips spaces, tabs and comments, and line ends if they mean nothing here. */
    void skipSpace(boolean lines) {
        while (!atEnd()) {
            int c = peek();
            if (c == '#') {
                while (!atEnd() && !atNewline()) {
                    next();
                }
            } else if (c == ' ' || c == '\t' || lines && atNewline()) {
                next();
            } else {
                return;
            }
        }
    }

    /** Whether the first character after this line's end, spaces and comments is {@code c}. */
    boolean nextLineBeginsWith(char c) {
        int savedAt = at;
        int savedLine = line;
        int savedStart = lineStart;
        skipSpace(true);
        boolean found = peek() == c;
        at = savedAt;
        line = savedLine;
        lineStart = savedStart;
        return found;
    }

    /** A rule's name; empty if none comes next. */
    String name() {
        int from = at;
        while (!atEnd() && isNamePart(text[at])) {
            at++;
        }
        return new String(text, from, at - from);
    }

    private static boolean isNamePart(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }

    int number(int most) {
        int startLine = line;
        int startColumn = column();
        long value = 0;
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            value = Math.min(10 * value + (next() - '0'), Integer.MAX_VALUE);
        }
        if (at == from) {
            throw error("expected a number of repetitions, found " + found());
        }
        if (value > most) {
            throw GrammarException.at(
                    startLine,
                    startColumn,
                    new String(text, from, Math.min(at - from, 20)) + " repetitions; at most " + most
                            + " are supported");
        }
        return (int) value;
    }

    /** The text of a literal, from its opening quote to its closing one. */
    String literal() {
        int startLine = line;
        int startColumn = column();
        next();
        StringBuilder literal = new StringBuilder();
        while (peek() != '"') {
            if (atEnd()) {
                throw GrammarException.at(startLine, startColumn, "expected \" at the end of this literal");
            }
            literal.appendCodePoint(character());
        }
        next();
        return literal.toString();
    }

    /** The set of a class, from its opening bracket to its closing one. */
    CodePoints characterClass() {
        int startLine = line;
        int startColumn = column();
        next();
        boolean negated = take("^");
        int[] ranges = new int[16];
        int count = 0;
        while (peek() != ']') {
            if (atEnd()) {
                throw GrammarException.at(startLine, startColumn, "expected ] at the end of this class");
            }
            int rangeLine = line;
            int rangeColumn = column();
            int low = character();
            int high = low;
            if (peek() == '-' && at + 1 < text.length && text[at + 1] != ']') {
                next();
                high = character();
            }
            if (high < low) {
                throw GrammarException.at(
                        rangeLine,
                        rangeColumn,
                        "this range ends below its beginning: U+%04X to U+%04X".formatted(low, high));
            }
            if (count == ranges.length) {
                ranges = Arrays.copyOf(ranges, 2 * count);
            }
            ranges[count++] = low;
            ranges[count++] = high;
        }
        next();
        CodePoints set = CodePoints.of(Arrays.copyOf(ranges, count));
        CodePoints allowed = negated ? set.complement() : set;
        if (allowed.isEmpty()) {
            throw GrammarException.at(startLine, startColumn, "no character is in this class");
        }
        return allowed;
    }

    /** One character of a literal or class, which may be escaped. */
    private int character() {
        int startLine = line;
        int startColumn = column();
        int c = next();
        if (c == '\\') {
            if (atEnd()) {
                throw GrammarException.at(startLine, startColumn, "expected a character after \\");
            }
            int escape = next();
            c = switch (escape) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case '\\', '"', '[', ']' -> escape;
                case 'x' -> hexadecimal(2);
                case 'u' -> hexadecimal(4);
                case 'U' -> hexadecimal(8);
                default ->
                    throw GrammarException.at(
                            startLine,
                            startColumn,
                            "unknown escape \\" + Character.toString(escape)
                                    + "; known are \\n \\r \\t \\\\ \\\" \\[ \\] \\xHH \\uHHHH \\UHHHHHHHH");
            };
        }
        if (c < 0 || c > Character.MAX_CODE_POINT || c >= 0xD800 && c <= 0xDFFF) {
            throw GrammarException.at(startLine, startColumn, "U+%04X is not a character".formatted(c));
        }
        return c;
    }

    private int hexadecimal(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = peek() < 0x80 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw error("expected " + digits + " hexadecimal digits, found " + found());
            }
            next();
            value = value << 4 | digit;
        }
        return value;
    }
}
