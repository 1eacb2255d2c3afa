// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

/**
 * GPT-2's pre-tokenizer in linear time (docs/spec/tokenizers.md 4.7). It matches what this pattern matches:
 *
 * <pre>
 * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 * </pre>
 *
 * Some models cut out each number character first, and match the stretches between.
 */
final class Gpt2Pieces {
    private Gpt2Pieces() {}

    /**
     * End of the piece that begins at {@code from}, which must be inside the text. No surrogate may be alone.
     *
     * @param digitsAlone whether number characters are cut out first
     */
    static int end(String text, int from, boolean digitsAlone) {
        int c = text.codePointAt(from);
        int after = from + Character.charCount(c);
        if (c == '\'') {
            int end = contraction(text, after);
            if (end > 0) {
                return end;
            }
        }
        if (digitsAlone && TextPieces.isNumber(c)) {
            return after;
        }
        boolean space = c == ' ' && after < text.length();
        int first = space ? text.codePointAt(after) : c;
        int begin = space ? after : from;
        if (Character.isLetter(first)) {
            return TextPieces.letters(text, begin);
        }
        if (TextPieces.isNumber(first) && !digitsAlone) {
            return TextPieces.numbers(text, begin, Integer.MAX_VALUE);
        }
        if (TextPieces.isOther(first)) {
            return others(text, begin);
        }
        return whiteSpace(text, from, digitsAlone);
    }

    private static int contraction(String text, int from) {
        char first = from < text.length() ? text.charAt(from) : 0;
        char second = from + 1 < text.length() ? text.charAt(from + 1) : 0;
        return switch (first) {
            case 's', 't', 'm', 'd' -> from + 1;
            case 'r', 'v' -> second == 'e' ? from + 2 : -1;
            case 'l' -> second == 'l' ? from + 2 : -1;
            default -> -1;
        };
    }

    private static int others(String text, int from) {
        int at = from;
        while (at < text.length() && TextPieces.isOther(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    /** End of a run of white space. It leaves its last character to the next piece, unless the stretch ends behind it. */
    private static int whiteSpace(String text, int from, boolean digitsAlone) {
        int at = from;
        while (at < text.length() && Utf8.isWhiteSpace(text.charAt(at))) {
            at++;
        }
        boolean ends = at == text.length() || digitsAlone && TextPieces.isNumber(text.codePointAt(at));
        return ends || at == from + 1 ? at : at - 1;
    }
}
