// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Python's string operations on texts; origins go along. */
public final class Strings {
    private Strings() {}

    /** Unicode white space as Python strips it. */
    public static boolean isSpace(int c) {
        return c >= 0x09 && c <= 0x0d
                || c >= 0x1c && c <= 0x20
                || c == 0x85
                || c == 0xa0
                || c == 0x1680
                || c >= 0x2000 && c <= 0x200a
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    /** Without the code points of {@code set} (white space if null) at the start or the end. */
    public static Text strip(Text text, Text set, boolean left, boolean right) {
        IntPredicate stripped =
                set == null ? Strings::isSpace : point -> set.toString().indexOf(point) >= 0;
        String characters = text.toString();
        int from = 0;
        int to = characters.length();
        while (left && from < to && stripped.test(characters.codePointAt(from))) {
            from += Character.charCount(characters.codePointAt(from));
        }
        while (right && to > from && stripped.test(characters.codePointBefore(to))) {
            to -= Character.charCount(characters.codePointBefore(to));
        }
        return text.sub(from, to);
    }

    /** Parts between separators, at most {@code max} cuts; negative: all. */
    public static List<Text> split(Text text, Text separator, long max) {
        List<Text> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.toString().indexOf(separator.toString());
                at >= 0 && (max < 0 || parts.size() < max);
                at = text.toString().indexOf(separator.toString(), from)) {
            parts.add(text.sub(from, at));
            from = at + separator.units();
        }
        parts.add(text.sub(from, text.units()));
        return parts;
    }

    /** As {@link #split}, cutting from the end. */
    public static List<Text> splitFromEnd(Text text, Text separator, long max) {
        List<Text> parts = new ArrayList<>();
        int to = text.units();
        while (max < 0 || parts.size() < max) {
            int at = to - separator.units() < 0
                    ? -1
                    : text.toString().lastIndexOf(separator.toString(), to - separator.units());
            if (at < 0) {
                break;
            }
            parts.addFirst(text.sub(at + separator.units(), to));
            to = at;
        }
        parts.addFirst(text.sub(0, to));
        return parts;
    }

    /** Words between white space, at most {@code max} cuts. */
    public static List<Text> words(Text text, long max) {
        List<Text> words = new ArrayList<>();
        String characters = text.toString();
        int at = 0;
        while (true) {
            while (at < characters.length() && isSpace(characters.charAt(at))) {
                at++;
            }
            if (at == characters.length()) {
                return words;
            }
            if (max >= 0 && words.size() >= max) {
                words.add(strip(text.sub(at, characters.length()), null, false, true));
                return words;
            }
            int from = at;
            while (at < characters.length() && !isSpace(characters.charAt(at))) {
                at++;
            }
            words.add(text.sub(from, at));
        }
    }

    /** Lines without their ends. */
    public static List<Text> lines(Text text) {
        List<Text> lines = new ArrayList<>();
        String characters = text.toString();
        int from = 0;
        for (int at = 0; at < characters.length(); at++) {
            char c = characters.charAt(at);
            boolean end = c >= '\n' && c <= '\r' || c >= 0x1c && c <= 0x1e || c == 0x85 || c == 0x2028 || c == 0x2029;
            if (end) {
                lines.add(text.sub(from, at));
                at += c == '\r' && characters.startsWith("\n", at + 1) ? 1 : 0;
                from = at + 1;
            }
        }
        if (from < characters.length()) {
            lines.add(text.sub(from, characters.length()));
        }
        return lines;
    }

    /** At most {@code max} occurrences replaced; negative: all. Nothing as {@code from} stands before each code point and at the end. */
    public static Text replace(Text text, Text from, Text to, long max) {
        TextBuilder out = new TextBuilder();
        String characters = text.toString();
        int at = 0;
        long left = max < 0 ? Long.MAX_VALUE : max;
        if (from.isEmpty()) {
            while (left-- > 0) {
                out.append(to);
                if (at == characters.length()) {
                    return out.build();
                }
                int next = at + Character.charCount(characters.codePointAt(at));
                out.append(text.sub(at, next));
                at = next;
            }
        }
        for (int found = left > 0 ? characters.indexOf(from.toString()) : -1;
                found >= 0 && left-- > 0;
                found = characters.indexOf(from.toString(), at)) {
            out.append(text.sub(at, found)).append(to);
            at = found + from.units();
        }
        return out.append(text.sub(at, characters.length())).build();
    }

    public static int count(String text, String part) {
        if (part.isEmpty()) {
            return text.codePointCount(0, text.length()) + 1;
        }
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    public static Text upper(Text text) {
        return text.mapRuns(run -> run.toUpperCase(Locale.ROOT));
    }

    public static Text lower(Text text) {
        return text.mapRuns(run -> run.toLowerCase(Locale.ROOT));
    }

    public static Text capitalize(Text text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.toString().codePointAt(0));
        return new TextBuilder()
                .append(text.sub(0, first).mapRuns(Strings::titled))
                .append(lower(text.sub(first, text.units())))
                .build();
    }

    private static String titled(String run) {
        StringBuilder out = new StringBuilder();
        run.codePoints().forEach(point -> {
            String upper = Character.toString(point).toUpperCase(Locale.ROOT);
            int title = Character.toTitleCase(point);
            if (upper.codePointCount(0, upper.length()) == 1) {
                out.appendCodePoint(title);
            } else {
                int first = upper.codePointAt(0);
                out.appendCodePoint(first)
                        .append(upper.substring(Character.charCount(first)).toLowerCase(Locale.ROOT));
            }
        });
        return out.toString();
    }

    /** The method {@code title}: a word begins behind everything that is no letter. */
    public static Text title(Text text) {
        return title(text, point -> !Character.isLetter(point));
    }

    /** The filter {@code title}: a word begins behind white space and {@code - ( { [ <} only. */
    public static Text titleOfWords(Text text) {
        return title(text, point -> isSpace(point) || "-({[<".indexOf(point) >= 0);
    }

    private static Text title(Text text, IntPredicate boundary) {
        TextBuilder out = new TextBuilder();
        String characters = text.toString();
        boolean begins = true;
        for (int at = 0; at < characters.length(); ) {
            int point = characters.codePointAt(at);
            int next = at + Character.charCount(point);
            Text one = text.sub(at, next);
            out.append(begins ? one.mapRuns(Strings::titled) : lower(one));
            begins = boundary.test(point);
            at = next;
        }
        return out.build();
    }

    /** Whether there are code points and all pass. */
    public static boolean all(Text text, IntPredicate test) {
        return !text.isEmpty() && text.toString().codePoints().allMatch(test);
    }

    /** Whether there is a cased letter, and none of the other case. */
    public static boolean isCase(Text text, boolean upper) {
        boolean cased = false;
        for (int point : text.toString().codePoints().toArray()) {
            boolean isUpper = Character.isUpperCase(point) || Character.isTitleCase(point);
            boolean isLower = Character.isLowerCase(point);
            if (upper ? isLower || Character.isTitleCase(point) : isUpper) {
                return false;
            }
            cased |= isUpper || isLower;
        }
        return cased;
    }
}
