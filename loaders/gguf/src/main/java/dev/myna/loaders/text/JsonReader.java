// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.text;

import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Reads JSON (RFC 8259) that is not trusted, value by value, and builds only what is asked for. It accepts no comments, no single
 * quotes, no {@code NaN} and no comma before an end, and it keeps {@link JsonLimits}. Strings and names with half of a surrogate pair,
 * which UTF-8 cannot hold, are refused when they are asked for.
 *
 * <p>Names that appear twice are for the caller to refuse ({@link #twice}), who keeps the names anyway.
 *
 * <p>Example: {@code if (reader.next() == OBJECT) while (reader.nextName()) names.put(reader.string(), reader.next());}
 */
public final class JsonReader {
    private static final int LONG_DIGITS = 18;

    /** What a value is. */
    public enum Kind {
        OBJECT,
        LIST,
        STRING,
        /** A number without fraction and exponent. */
        INTEGER,
        FRACTION,
        TRUE,
        FALSE,
        NULL
    }

    private final byte[] bytes;
    private final int begin;
    private final int end;
    private final JsonLimits limits;

    private int at;
    private int depth;
    private int values;
    /** An object or a list has just begun: no comma comes before its first name or value. */
    private boolean opened;

    /** The string or number that was read last, without quotes. */
    private int from;

    private int to;
    private boolean escaped;

    private JsonReader(byte[] bytes, int offset, int length, JsonLimits limits) {
        this.bytes = bytes;
        this.begin = offset;
        this.at = offset;
        this.end = offset + length;
        this.limits = limits;
    }

    /**
     * A reader of a part of an array, which must not change meanwhile.
     *
     * @throws CharacterCodingException if it is not UTF-8
     */
    public static JsonReader of(byte[] utf8, int offset, int length, JsonLimits limits)
            throws CharacterCodingException {
        Text.requireUtf8(utf8, offset, length);
        return new JsonReader(utf8, offset, length, limits);
    }

    /**
     * A reader of a text.
     *
     * @throws JsonException if it holds half of a surrogate pair
     */
    public static JsonReader of(String text, JsonLimits limits) throws JsonException {
        if (!Text.isEncodable(text)) {
            throw new JsonException("the text holds a lone surrogate, which is not a character", "");
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return new JsonReader(utf8, 0, utf8.length, limits);
    }

    /** Whether an object comes next; reads only white space. */
    boolean atObject() {
        skipSpace();
        return peek() == '{';
    }

    /** Reads a value up to its end, or the opening bracket of an object or a list. */
    public Kind next() throws JsonException {
        skipSpace();
        count();
        Kind kind = switch (peek()) {
            case '{' -> open(Kind.OBJECT);
            case '[' -> open(Kind.LIST);
            case '"' -> scanString(Kind.STRING);
            case 't' -> literal("true", Kind.TRUE);
            case 'f' -> literal("false", Kind.FALSE);
            case 'n' -> literal("null", Kind.NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> scanNumber();
            default -> throw expected("a value");
        };
        opened = kind == Kind.OBJECT || kind == Kind.LIST;
        return kind;
    }

    /** In an object: reads the next name and its colon. False if the object has ended instead. */
    public boolean nextName() throws JsonException {
        if (!another('}')) {
            return false;
        }
        skipSpace();
        if (peek() != '"') {
            throw expected("a name in double quotes");
        }
        count();
        scanString(Kind.STRING);
        if (to - from > limits.nameLength()) {
            throw fail("a name has more than " + limits.nameLength() + " bytes");
        }
        skipSpace();
        if (peek() != ':') {
            throw expected("':'");
        }
        at++;
        return true;
    }

    /** In a list: whether another value follows. False if the list has ended. */
    public boolean nextValue() throws JsonException {
        return another(']');
    }

    /** Steps over what remains of the value that {@link #next} gave. */
    public void skip(Kind kind) throws JsonException {
        if (kind == Kind.OBJECT) {
            while (nextName()) {
                skip(next());
            }
        } else if (kind == Kind.LIST) {
            while (nextValue()) {
                skip(next());
            }
        }
    }

    /** Makes sure that nothing but white space follows. */
    public void requireEnd() throws JsonException {
        skipSpace();
        if (at < end) {
            throw fail("something follows the end of the value");
        }
    }

    /** The string or name that was read last. */
    public String string() throws JsonException {
        if (!escaped) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        StringBuilder text = new StringBuilder(to - from);
        int plain = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] != '\\') {
                continue;
            }
            text.append(new String(bytes, plain, i - plain, StandardCharsets.UTF_8));
            i++;
            if (bytes[i] == 'u') {
                text.append((char) hex(i + 1));
                i += 4;
            } else {
                text.append(unescaped(bytes[i]));
            }
            plain = i + 1;
        }
        String string = text.append(new String(bytes, plain, to - plain, StandardCharsets.UTF_8))
                .toString();
        if (!Text.isEncodable(string)) {
            throw fail("the text " + Text.quote(string) + " holds a lone surrogate, which is not a character");
        }
        return string;
    }

    /** The integer that was read last: an {@link Integer}, a {@link Long} or a {@link BigInteger}, the first that holds it. */
    public Number integer() {
        String digits = digits();
        if (digits.length() > LONG_DIGITS) {
            BigInteger big = new BigInteger(digits);
            return big.bitLength() < Long.SIZE ? (Number) big.longValue() : big;
        }
        long value = Long.parseLong(digits);
        return value == (int) value ? (Number) (int) value : (Number) value;
    }

    /** The fraction that was read last, as the nearest double; infinite if it is too large for one. */
    public double fraction() {
        return Double.parseDouble(digits());
    }

    /** The position in the document: characters before it. */
    public int position() {
        return new String(bytes, begin, at - begin, StandardCharsets.UTF_8).length();
    }

    /** An exception that names line and column. */
    public JsonException fail(String rule) {
        int line = 1;
        int start = begin;
        for (int i = begin; i < at; i++) {
            if (bytes[i] == '\n') {
                line++;
                start = i + 1;
            }
        }
        int column = new String(bytes, start, at - start, StandardCharsets.UTF_8).length() + 1;
        return new JsonException(rule, "line " + line + ", column " + column);
    }

    /** An exception about a name that an object has more than once. */
    public JsonException twice(String name) {
        return fail("the name " + Text.quote(name) + " appears twice");
    }

    private JsonException expected(String what) {
        if (at >= end) {
            return fail("the text ends too early; expected " + what);
        }
        int length = Math.min(4, end - at); // of one character at most
        String found = new String(bytes, at, length, StandardCharsets.UTF_8);
        String first = found.substring(0, found.offsetByCodePoints(0, 1));
        return fail("expected " + what + "; found '" + Text.line(first, 1) + "'");
    }

    /** The byte here; 0, which is no part of JSON, at the end. */
    private int peek() {
        return at < end ? bytes[at] : 0;
    }

    private void skipSpace() {
        while (at < end) {
            switch (bytes[at]) {
                case ' ', '\n', '\r', '\t' -> at++;
                default -> {
                    return;
                }
            }
        }
    }

    private void count() throws JsonException {
        if (values++ == limits.values()) {
            throw fail("it has too many values: at most " + limits.values() + " are read");
        }
    }

    private Kind open(Kind kind) throws JsonException {
        if (depth++ == limits.depth()) {
            throw fail("it is nested deeper than " + limits.depth() + " levels");
        }
        at++;
        return kind;
    }

    private boolean another(char close) throws JsonException {
        skipSpace();
        int next = peek();
        if (next == close) {
            at++;
            depth--;
            opened = false;
            return false;
        }
        if (!opened) {
            if (next != ',') {
                throw expected("',' or '" + close + "'");
            }
            at++;
        }
        return true;
    }

    private Kind literal(String word, Kind kind) throws JsonException {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= end || bytes[at + i] != word.charAt(i)) {
                throw expected("a value");
            }
        }
        at += word.length();
        return kind;
    }

    private Kind scanString(Kind kind) throws JsonException {
        int i = at + 1;
        from = i;
        escaped = false;
        while (i < end && bytes[i] != '"') {
            if (bytes[i] == '\\') {
                escaped = true;
                i = escape(i);
            } else if (bytes[i] >= 0 && bytes[i] < ' ') {
                at = i;
                throw fail("a string holds the control character " + Text.line(Character.toString(bytes[i]), 1)
                        + " unescaped");
            } else {
                i++;
            }
        }
        to = i;
        at = Math.min(i, end);
        if (at == end) {
            throw fail("the text ends within a string");
        }
        at++;
        return kind;
    }

    /** The index behind an escape. */
    private int escape(int backslash) throws JsonException {
        int kind = backslash + 1 < end ? bytes[backslash + 1] : 0;
        if (kind == 'u' && backslash + 6 <= end) {
            for (int i = backslash + 2; i < backslash + 6; i++) {
                if (!HexFormat.isHexDigit(bytes[i])) {
                    at = i;
                    throw expected("a hexadecimal digit");
                }
            }
            return backslash + 6;
        }
        if (kind == 'u' || kind == 0) {
            at = end;
            throw fail("the text ends within a string");
        }
        if ("\"\\/bfnrt".indexOf(kind) < 0) {
            at = backslash + 1;
            throw expected("an escape that JSON has");
        }
        return backslash + 2;
    }

    private int hex(int index) {
        int value = 0;
        for (int i = index; i < index + 4; i++) {
            value = value << 4 | HexFormat.fromHexDigit(bytes[i]);
        }
        return value;
    }

    private static char unescaped(byte kind) {
        return switch (kind) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> (char) kind;
        };
    }

    private Kind scanNumber() throws JsonException {
        from = at;
        Kind kind = Kind.INTEGER;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
            if (isDigit(peek())) {
                throw fail("a number begins with a needless 0");
            }
        } else {
            scanDigits();
        }
        if (peek() == '.') {
            kind = Kind.FRACTION;
            at++;
            scanDigits();
        }
        if (peek() == 'e' || peek() == 'E') {
            kind = Kind.FRACTION;
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            scanDigits();
        }
        to = at;
        if (to - from > limits.numberLength()) {
            throw fail("a number has more than " + limits.numberLength() + " characters");
        }
        return kind;
    }

    private void scanDigits() throws JsonException {
        if (!isDigit(peek())) {
            throw expected("a digit");
        }
        while (isDigit(peek())) {
            at++;
        }
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    private String digits() {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
