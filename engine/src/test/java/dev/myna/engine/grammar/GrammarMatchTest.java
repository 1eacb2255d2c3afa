// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Language;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What grammars match, against other ways to find out. */
class GrammarMatchTest {
    private static final String[] LETTERS = {"a", "b", "é", "字", "😀"};

    /** The same random expression in GBNF and in the notation of java.util.regex. */
    private record Both(String gbnf, String regex) {}

    private static Both expression(SplittableRandom random, int depth) {
        String letter = LETTERS[random.nextInt(LETTERS.length)];
        switch (depth == 0 ? random.nextInt(3) : random.nextInt(9)) {
            case 0 -> {
                return new Both("\"" + letter + "\"", letter);
            }
            case 1 -> {
                return new Both("[a" + letter + "]", "[a" + letter + "]");
            }
            case 2 -> {
                return new Both("[^" + letter + "]", "[^" + letter + "]");
            }
            case 3, 4 -> {
                Both left = expression(random, depth - 1);
                Both right = expression(random, depth - 1);
                return new Both("(" + left.gbnf + " | " + right.gbnf + ")", "(?:" + left.regex + "|" + right.regex + ")");
            }
            case 5, 6 -> {
                Both left = expression(random, depth - 1);
                Both right = expression(random, depth - 1);
                return new Both(left.gbnf + " " + right.gbnf, left.regex + right.regex);
            }
            case 7 -> {
                Both body = expression(random, depth - 1);
                String sign = new String[] {"*", "+", "?"}[random.nextInt(3)];
                return new Both("(" + body.gbnf + ")" + sign, "(?:" + body.regex + ")" + sign);
            }
            default -> {
                Both body = expression(random, depth - 1);
                int min = random.nextInt(3);
                String counts = "{" + min + (random.nextBoolean() ? "," + (min + random.nextInt(3)) : random.nextBoolean() ? "," : "") + "}";
                return new Both("(" + body.gbnf + ")" + counts, "(?:" + body.regex + ")" + counts);
            }
        }
    }

    @Test
    void regularGrammarsMatchWhatRegularExpressionsDo() {
        int matched = 0;
        for (int seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Both both = expression(random, 3);
            Grammar grammar = Grammar.gbnf("root ::= " + both.gbnf);
            Pattern pattern = Pattern.compile(both.regex);
            for (int i = 0; i < 60; i++) {
                StringBuilder text = new StringBuilder();
                for (int length = random.nextInt(7); length > 0; length--) {
                    text.append(LETTERS[random.nextInt(LETTERS.length)]);
                }
                boolean expected = pattern.matcher(text).matches();
                matched += expected ? 1 : 0;
                String what = "seed " + seed + ", " + both + ", text " + text;
                assertEquals(expected, Texts.matches(grammar, text.toString()), what);
                if (expected) {
                    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
                    for (int end = 0; end < bytes.length; end++) {
                        assertTrue(Texts.begins(grammar, Arrays.copyOf(bytes, end)), what);
                    }
                }
            }
        }
        assertTrue(matched > 2000, "only " + matched + " texts matched");
    }

    @Test
    void classesHoldExactlyTheirCharacters() {
        int[] edges = {
            0, 1, 0x22, 0x5B, 0x7E, 0x7F, 0x80, 0x81, 0xBF, 0xC0, 0x7FE, 0x7FF, 0x800, 0x801, 0xFFF, 0x1000, 0xD7FE,
            0xD7FF, 0xE000, 0xE001, 0xFFFE, 0xFFFF, 0x10000, 0x10001, 0x1F600, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000,
            0x10FFFE, 0x10FFFF
        };
        for (int seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int a = edges[random.nextInt(edges.length)];
            int b = edges[random.nextInt(edges.length)];
            int c = edges[random.nextInt(edges.length)];
            int low = Math.min(a, b);
            int high = Math.max(a, b);
            Grammar grammar = Grammar.gbnf("root ::= [\\U%08x-\\U%08x\\U%08x]".formatted(low, high, c));
            for (int point : edges) {
                assertEquals(
                        point >= low && point <= high || point == c,
                        Texts.matches(grammar, Character.toString(point)),
                        "seed " + seed + ": U+%04X in [%04X-%04X %04X]".formatted(point, low, high, c));
            }
        }
    }

    @Test
    void illFormedBytesAreNoCharacters() {
        Grammar any = Grammar.gbnf("root ::= .*");
        String[] illFormed = {
            "80", "BF", "C0", "C080", "C1BF", "E08080", "E09FBF", "EDA080", "EDBFBF", "F0808080", "F08FBFBF", "F4908080",
            "F5", "FF", "C341", "E5AD41", "F09F9841"
        };
        for (String hex : illFormed) {
            assertFalse(Texts.begins(any, HexFormat.of().parseHex(hex)), hex);
        }
    }

    @Test
    void charactersOfTenScriptsMaySplitAnywhere() {
        for (Language language : Language.values()) {
            String sentence = language.describe() + "😀👨‍👩‍👧‍👦";
            Grammar exact = Grammar.gbnf("root ::= \"" + sentence + "\"");
            Grammar any = Grammar.gbnf("root ::= .+");
            byte[] bytes = sentence.getBytes(StandardCharsets.UTF_8);
            for (int end = 1; end < bytes.length; end++) {
                byte[] begun = Arrays.copyOf(bytes, end);
                assertTrue(Texts.begins(exact, begun));
                assertTrue(Texts.begins(any, begun));
                begun[end - 1] ^= 1;
                assertFalse(Texts.begins(exact, begun));
            }
            assertTrue(Texts.matches(exact, sentence));
        }
    }
}
