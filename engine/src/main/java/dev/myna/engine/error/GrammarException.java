// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.error;

/**
 * A grammar or JSON schema that cannot be used. The message names the place: line and column of a GBNF text, the JSON
 * pointer of a schema's keyword.
 */
public final class GrammarException extends RequestException {
    private static final long serialVersionUID = 1L;

    private static final int MAX_LENGTH = 500;
    private static final int MAX_POINTER = 200;
    private static final int MAX_NAME = 60;

    /** @param message what is wrong, where, and what was expected; is cut to one printable line */
    public GrammarException(String message) {
        super(line(message));
    }

    /** Names and texts of grammars are quoted: none may act on a terminal or fill a log. */
    private static String line(String message) {
        StringBuilder line = new StringBuilder();
        message.codePoints().limit(MAX_LENGTH).forEach(c -> line.appendCodePoint(isPrintable(c) ? c : '?'));
        return message.codePointCount(0, message.length()) > MAX_LENGTH
                ? line.append("...").toString()
                : line.toString();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** A name or text of a grammar, short enough for a message. */
    public static String shown(String name) {
        return name.length() > MAX_NAME ? name.substring(0, MAX_NAME) + "..." : name;
    }

    /** An error at a place of a GBNF text; both count from 1, columns in code points. */
    public static GrammarException at(int line, int column, String problem) {
        return new GrammarException("grammar, line " + line + ", column " + column + ": " + problem);
    }

    /** An error at a place of a JSON schema. */
    public static GrammarException at(String pointer, String problem) {
        // The end of a long pointer is nearer to the place than its beginning.
        String place = pointer.length() > MAX_POINTER
                ? "..." + pointer.substring(pointer.length() - MAX_POINTER)
                : pointer.isEmpty() ? "root" : pointer;
        return new GrammarException("JSON schema, " + place + ": " + problem);
    }
}
