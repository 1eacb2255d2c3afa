// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

/**
 * The pre-tokenizer of Qwen2 and Llama 3 in linear time (docs/spec/tokenizers.md 4.3). It matches what this pattern matches; n is the
 * largest number of digits in a piece:
 *
 * <pre>
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * </pre>
 */
final class TextPieces {
    private TextPieces() {}

    /** End of the piece that begins at {@code from}, which must be inside the text. No surrogate may be alone. */
    static int end(String text, int from, int maxDigits) {
        int c = text.codePointAt(from);
        int after = from + Character.charCount(c);
        if (c == '\'') {
            int end = contraction(text, after);
            if (end > 0) {
                return end;
            }
        }
        if (Character.isLetter(c)) {
            return letters(text, after);
        }
        if (isNumber(c)) {
            return numbers(text, after, maxDigits - 1);
        }
        int next = after < text.length() ? text.codePointAt(after) : -1;
        if (!isNewline(c) && next >= 0 && Character.isLetter(next)) {
            return letters(text, after);
        }
        if (isOther(c)) {
            return others(text, after);
        }
        if (c == ' ' && next >= 0 && isOther(next)) {
            return others(text, after);
        }
        return whiteSpace(text, from);
    }

    private static int contraction(String text, int from) {
        int first = lower(text, from);
        int second = lower(text, from + 1);
        return switch (first) {
            case 's', 't', 'm', 'd' -> from + 1;
            case 'r', 'v' -> second == 'e' ? from + 2 : -1;
            case 'l' -> second == 'l' ? from + 2 : -1;
            default -> -1;
        };
    }

    /** ASCII letters only: U+017F and U+212A must not become s and k. */
    private static int lower(String text, int at) {
        char c = at < text.length() ? text.charAt(at) : 0;
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    /** End of a run of letters. */
    static int letters(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isLetter(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    /** End of a run of at most {@code max} number characters. */
    static int numbers(String text, int from, int max) {
        int at = from;
        for (int i = 0; i < max && at < text.length() && isNumber(text.codePointAt(at)); i++) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    private static int others(String text, int from) {
        int at = from;
        while (at < text.length() && isOther(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        while (at < text.length() && isNewline(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /**
     * End of a run of white space. If the run has a newline, the piece ends after the last one. Otherwise it leaves the last character
     * to the next piece, unless the run is one character long or ends the text.
     */
    static int whiteSpace(String text, int from) {
        int at = from;
        int newline = -1;
        while (at < text.length() && Utf8.isWhiteSpace(text.charAt(at))) {
            newline = isNewline(text.charAt(at)) ? at : newline;
            at++;
        }
        if (newline >= 0) {
            return newline + 1;
        }
        return at == text.length() || at == from + 1 ? at : at - 1;
    }

    static boolean isNewline(int c) {
        return c == '\r' || c == '\n';
    }

    static boolean isNumber(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    /** Neither white space nor letter nor number. */
    static boolean isOther(int c) {
        return !Utf8.isWhiteSpace(c) && !Character.isLetter(c) && !isNumber(c);
    }
}
