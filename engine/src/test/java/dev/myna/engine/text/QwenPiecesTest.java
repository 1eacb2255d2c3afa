// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class QwenPiecesTest {
    private static final Pattern PATTERN =
            Pattern.compile("'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
                    + "| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+[\\r\\n]*|\\p{IsWhite_Space}*[\\r\\n]+"
                    + "|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+");

    @Test
    void splitsAsThePatternDoes() {
        long seed = 4711;
        SplittableRandom random = new SplittableRandom(seed);
        String[] alphabet = {
            "'", "'", "s", "T", "r", "e", "v", "E", "l", "L", "d", "m", "ſ", "K", " ", " ", " ", "\t", "\n", "\r",
            "\u00A0", "\u3000", "\u2028", "\u0085", "\u200B", "\u180E", "1", "٣", "½", "Ⅷ", ".", ",", "!", "字", "ж",
            "ा", "\u0301", "👍", "𝓗", "𠜎", "\u200D", "\uFFFD", "_", "\u0000", "\u001C"
        };
        for (int round = 0; round < 40_000; round++) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(12);
            for (int i = 0; i < length; i++) {
                text.append(alphabet[random.nextInt(alphabet.length)]);
            }
            assertEquals(expected(text.toString()), pieces(text.toString()), () -> "seed " + seed + ", text " + text);
        }
        for (int round = 0; round < 300; round++) {
            String text = SmallVocabularies.randomText(random, 40);
            assertEquals(expected(text), pieces(text), () -> "seed " + seed + ", text " + text);
        }
    }

    @Test
    void longRunsTakeLinearTime() {
        for (String unit : new String[] {" ", "\n ", "a", "字", "!", "1", "' ", "\u0301", " \t"}) {
            String text = unit.repeat(1_000_000 / unit.length()) + "x";
            Assertions.assertTimeout(Duration.ofSeconds(5), () -> pieces(text).size());
        }
    }

    private static List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int to = QwenPieces.end(text, from);
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }

    private static List<String> expected(String text) {
        List<String> pieces = new ArrayList<>();
        Matcher matcher = PATTERN.matcher(text);
        while (matcher.find()) {
            pieces.add(matcher.group());
        }
        return pieces;
    }
}
