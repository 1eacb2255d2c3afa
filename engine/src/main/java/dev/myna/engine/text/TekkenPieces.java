// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

/**
 * Mistral's pre-tokenizer Tekken in linear time (docs/spec/tokenizers.md 4.7). It matches what this pattern matches; U is
 * {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]}, W is {@code [\p{Ll}\p{Lm}\p{Lo}\p{M}]}:
 *
 * <pre>
 * [^\r\n\p{L}\p{N}]?U*W+|[^\r\n\p{L}\p{N}]?U+W*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * </pre>
 */
final class TekkenPieces {
    private TekkenPieces() {}

    /** End of the piece that begins at {@code from}, which must be inside the text. No surrogate may be alone. */
    static int end(String text, int from) {
        int c = text.codePointAt(from);
        int after = from + Character.charCount(c);
        boolean leads = !TextPieces.isNewline(c) && !Character.isLetter(c) && !TextPieces.isNumber(c);
        int end = leads ? lowerWord(text, after) : -1;
        end = end < 0 ? lowerWord(text, from) : end;
        end = end < 0 && leads ? upperWord(text, after) : end;
        end = end < 0 ? upperWord(text, from) : end;
        if (end >= 0) {
            return end;
        }
        if (TextPieces.isNumber(c)) {
            return after;
        }
        int first = c == ' ' && after < text.length() ? text.codePointAt(after) : c;
        return TextPieces.isOther(first) ? others(text, first == c ? from : after) : TextPieces.whiteSpace(text, from);
    }

    /** End of {@code U*W+} at a place, or -1. */
    private static int lowerWord(String text, int from) {
        int last = -1;
        int at = from;
        while (at < text.length() && isUpper(text.codePointAt(at))) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            last = isLower(c) ? at : last;
        }
        if (at == text.length() || !isLower(text.codePointAt(at))) {
            // U gives characters back until W takes one.
            return last;
        }
        return lower(text, at);
    }

    /** End of {@code U+W*} at a place, or -1. */
    private static int upperWord(String text, int from) {
        int at = from;
        while (at < text.length() && isUpper(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at == from ? -1 : lower(text, at);
    }

    private static int lower(String text, int from) {
        int at = from;
        while (at < text.length() && isLower(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    private static int others(String text, int from) {
        int at = from;
        while (at < text.length() && TextPieces.isOther(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        while (at < text.length() && (TextPieces.isNewline(text.charAt(at)) || text.charAt(at) == '/')) {
            at++;
        }
        return at;
    }

    private static boolean isUpper(int c) {
        int type = Character.getType(c);
        return type == Character.UPPERCASE_LETTER || type == Character.TITLECASE_LETTER || isEither(type);
    }

    private static boolean isLower(int c) {
        int type = Character.getType(c);
        return type == Character.LOWERCASE_LETTER || isEither(type);
    }

    private static boolean isEither(int type) {
        return type == Character.MODIFIER_LETTER
                || type == Character.OTHER_LETTER
                || type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }
}
