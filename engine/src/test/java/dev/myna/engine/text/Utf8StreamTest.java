// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.Tokenizer.Specials;
import dev.myna.engine.text.Utf8Stream.Unit;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Utf8StreamTest {
    private static final String[] STOPS = {"</s>", "USER:", "।।", "\uD83D\uDC4D\uD83D\uDC4D"};

    @Test
    void t01ByteByByteAndTokenByTokenGiveTheSameText() {
        for (Unit unit : Unit.values()) {
            for (String text : SmallVocabularies.SAMPLES) {
                assertEquals(text, whole(split(text.getBytes(StandardCharsets.UTF_8), 1), unit));
                for (Tokenizer tokenizer : List.of(SmallVocabularies.spm(), SmallVocabularies.bpe())) {
                    List<byte[]> tokens = Arrays.stream(tokenizer.encode(text, Specials.PLAIN))
                            .mapToObj(tokenizer::bytes)
                            .toList();
                    assertEquals(text, whole(tokens, unit));
                }
            }
        }
    }

    @Test
    void t01PrefixesOfCharactersAreOneReplacement() {
        for (String character : new String[] {"é", "ж", "क", "字", "🦙", "\uDBFF\uDFFF", "\uFFFF"}) {
            byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
            for (int length = 1; length < bytes.length; length++) {
                byte[] prefix = Arrays.copyOf(bytes, length);
                for (int size = 1; size <= length; size++) {
                    Utf8Stream stream = stream(Unit.CODE_POINT);
                    for (byte[] part : split(prefix, size)) {
                        assertEquals("", stream.accept(part));
                    }
                    assertEquals("\uFFFD", stream.finish());
                }
            }
        }
    }

    @Test
    void t01IllFormedBytesAreReplacedAsJavaDoes() {
        String[] cases = {
            "\u0080",
            "\u00C0\u0080",
            "\u00ED\u00A0\u0080",
            "\u00F5",
            "\u00E0\u0080x",
            "\u00F0\u0080\u0080\u0080",
            "\u00F4\u0090\u0080\u0080",
            "\u00E5\u00ADx",
            "\u00F0\u009F\u00A6x",
            "\u00FF\u00FE",
            "\u00C3\u00C3\u00A9",
            "\u00F0\u009F\u00E5"
        };
        for (String latin1 : cases) {
            compareWithJava(latin1.getBytes(StandardCharsets.ISO_8859_1), 1);
        }
        long seed = 31;
        SplittableRandom random = new SplittableRandom(seed);
        int[] interesting = {
            0x80, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE5, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF, 0x9F, 0xA0, 0x90, 0x8F, 'a'
        };
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[1 + random.nextInt(10)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) interesting[random.nextInt(interesting.length)];
            }
            compareWithJava(bytes, 1 + random.nextInt(3));
        }
    }

    private static void compareWithJava(byte[] tail, int size) {
        // Something before it, since leading white space is suppressed.
        byte[] bytes = new byte[tail.length + 1];
        bytes[0] = 'x';
        System.arraycopy(tail, 0, bytes, 1, tail.length);
        String expected = new String(bytes, StandardCharsets.UTF_8);
        assertEquals(expected, whole(split(bytes, size), Unit.CODE_POINT), () -> Arrays.toString(bytes));
    }

    @Test
    void impossibleBytesAreReplacedAtOnce() {
        Utf8Stream stream = stream(Unit.CODE_POINT);
        assertEquals("\uFFFD", stream.accept(new byte[] {(byte) 0xFF}));
        assertEquals("", stream.accept(new byte[] {(byte) 0xE0}));
        assertEquals("\uFFFD\uFFFD", stream.accept(new byte[] {(byte) 0x80}));
        assertEquals("a", stream.accept(new byte[] {'a'}));
    }

    @Test
    void leadingWhiteSpaceIsSuppressed() {
        Utf8Stream stream = stream(Unit.CODE_POINT);
        assertEquals("", stream.accept(utf8(" \n")));
        assertEquals("", stream.accept(utf8("\u3000")));
        assertEquals("A", stream.accept(utf8(" A")));
        assertEquals(" ", stream.accept(utf8(" ")));
        assertEquals("\n", stream.accept(utf8("\n")));
        assertEquals("\u0000", stream.accept(new byte[1]));
        assertEquals("", stream.finish());
    }

    @Test
    void stopStringsAreHeldBackAndCut() {
        Utf8Stream stream = stream(Unit.CODE_POINT, "</s>", "STOP");
        assertEquals("a ", stream.accept(utf8("a <")));
        assertEquals("</", stream.accept(utf8("/<")));
        assertEquals("", stream.accept(utf8("/s")));
        assertFalse(stream.stopped());
        assertEquals("", stream.accept(utf8("> more")));
        assertTrue(stream.stopped());
        assertEquals("", stream.accept(utf8("text")));
        assertEquals("", stream.finish());
        assertEquals("", stream.finish());
        assertThrows(IllegalStateException.class, () -> stream.accept(utf8("x")));
    }

    @Test
    void theFirstStopStringCounts() {
        Utf8Stream stream = stream(Unit.CODE_POINT, "cd", "abcde", "d");
        assertEquals("x", stream.accept(utf8("xabc")));
        assertEquals("ab", stream.accept(utf8("d")));
        assertTrue(stream.stopped());
    }

    @Test
    void heldTextIsReturnedAtTheEnd() {
        Utf8Stream stream = stream(Unit.CODE_POINT, "ababc");
        assertEquals("", stream.accept(utf8("ab")));
        assertEquals("", stream.accept(utf8("ab")));
        assertEquals("ab", stream.accept(utf8("ab")));
        assertEquals("abab", stream.finish());
        assertFalse(stream.stopped());
    }

    @Test
    void stopStringsEqualANaiveSearch() {
        long seed = 77;
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 5000; round++) {
            StringBuilder text = new StringBuilder("x");
            for (int i = random.nextInt(20); i > 0; i--) {
                text.appendCodePoint("ab字\n".codePointAt(random.nextInt(4)));
            }
            String[] stops = new String[1 + random.nextInt(3)];
            for (int i = 0; i < stops.length; i++) {
                int from = random.nextInt(text.length());
                stops[i] = text.substring(from, Math.min(text.length(), from + 1 + random.nextInt(4)))
                        + (random.nextBoolean() ? "" : "a");
            }
            int cut = text.length();
            for (String stop : stops) {
                int at = text.indexOf(stop);
                cut = at >= 0 ? Math.min(cut, at) : cut;
            }
            for (Unit unit : Unit.values()) {
                Utf8Stream stream = new Utf8Stream(List.of(stops), unit);
                StringBuilder out = new StringBuilder();
                for (byte[] part : split(utf8(text.toString()), 1)) {
                    out.append(stream.accept(part));
                    if (stream.stopped()) {
                        break;
                    }
                }
                out.append(stream.finish());
                // Byte by byte the stop string that ends first is met first; at equal ends the longest cuts.
                assertTrue(
                        text.toString().startsWith(out.toString()) && out.length() >= cut,
                        () -> "seed " + seed + ": " + text);
                assertEquals(cut < text.length(), stream.stopped(), () -> "seed " + seed + ": " + text);
                assertTrue(Arrays.stream(stops).noneMatch(stop -> out.indexOf(stop) >= 0));
            }
        }
    }

    @Test
    void surrogatePairsAreNeverSplit() {
        for (Unit unit : Unit.values()) {
            Utf8Stream stream = stream(unit, STOPS);
            List<String> pieces = new ArrayList<>();
            for (byte[] part : split(utf8("a🦙👍🦙👍👍b"), 1)) {
                pieces.add(stream.accept(part));
            }
            pieces.add(stream.finish());
            for (String piece : pieces) {
                assertEquals(piece, Utf8.wellFormed(piece));
            }
            assertEquals("a🦙👍🦙", String.join("", pieces));
            assertTrue(stream.stopped());
        }
        // A stop string that is half a pair matches nothing.
        Utf8Stream stream = stream(Unit.CODE_POINT, "\uD83E", "\uDD99");
        assertEquals("🦙", stream.accept(utf8("🦙")));
    }

    @Test
    void t05GraphemesAreNotSplit() {
        String[] graphemes = {"क्", "का", "ক্ষ", "👍🏽", "👨‍👩‍👧‍👦", "🇯🇵", "e\u0301", "1️⃣"};
        for (String grapheme : graphemes) {
            Utf8Stream stream = stream(Unit.GRAPHEME);
            List<String> pieces = new ArrayList<>();
            for (byte[] part : split(utf8(grapheme + "x" + grapheme), 1)) {
                pieces.add(stream.accept(part));
            }
            pieces.add(stream.finish());
            pieces.removeIf(String::isEmpty);
            assertEquals(List.of(grapheme, "x", grapheme), pieces);
        }
        Utf8Stream stream = stream(Unit.GRAPHEME);
        StringBuilder out = new StringBuilder();
        for (byte[] part : split(utf8("a" + "\u0301".repeat(100)), 1)) {
            out.append(stream.accept(part));
        }
        assertTrue(out.length() > 80, "a long grapheme must not be held for ever");
    }

    @Test
    void emptyStopStringsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> stream(Unit.CODE_POINT, ""));
    }

    private static String whole(List<byte[]> parts, Unit unit) {
        Utf8Stream stream = stream(unit);
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(stream.accept(part)));
        return text.append(stream.finish()).toString();
    }

    private static List<byte[]> split(byte[] bytes, int size) {
        List<byte[]> parts = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += size) {
            ByteArrayOutputStream part = new ByteArrayOutputStream();
            part.write(bytes, from, Math.min(size, bytes.length - from));
            parts.add(part.toByteArray());
        }
        return parts;
    }

    private static Utf8Stream stream(Unit unit, String... stops) {
        return new Utf8Stream(List.of(stops), unit);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
