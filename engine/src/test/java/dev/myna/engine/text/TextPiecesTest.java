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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextPiecesTest {
    /** The published patterns; only ASCII letters make contractions, and white space is Unicode's. */
    private static Pattern pattern(PreTokenizer preTokenizer) {
        String digits = preTokenizer == PreTokenizer.QWEN2 ? "\\p{N}" : "\\p{N}{1,3}";
        String gpt4 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        String gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
        String published = preTokenizer == PreTokenizer.TEKKEN ? TEKKEN : gpt2(preTokenizer) ? gpt2 : gpt4;
        return Pattern.compile(published
                .replace("[^\\s", "[^\\p{IsWhite_Space}")
                .replace("\\s", "\\p{IsWhite_Space}")
                .replace("\\S", "\\P{IsWhite_Space}"));
    }

    private static boolean gpt2(PreTokenizer preTokenizer) {
        return digitsAlone(preTokenizer) || preTokenizer == PreTokenizer.GPT2;
    }

    /** Whether numbers are cut out before the pattern is applied to the stretches between. */
    private static boolean digitsAlone(PreTokenizer preTokenizer) {
        return preTokenizer == PreTokenizer.SMOLLM || preTokenizer == PreTokenizer.COMMAND_R;
    }

    @ParameterizedTest
    @EnumSource(PreTokenizer.class)
    void splitsAsThePatternDoes(PreTokenizer preTokenizer) {
        Pattern pattern = pattern(preTokenizer);
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
            assertEquals(
                    expected(preTokenizer, pattern, text.toString()),
                    pieces(preTokenizer, text.toString()),
                    () -> "seed " + seed + ", text " + text);
        }
        for (int round = 0; round < 300; round++) {
            String text = SmallVocabularies.randomText(random, 40);
            assertEquals(
                    expected(preTokenizer, pattern, text),
                    pieces(preTokenizer, text),
                    () -> "seed " + seed + ", text " + text);
        }
    }

    @ParameterizedTest
    @EnumSource(PreTokenizer.class)
    void longRunsTakeLinearTime(PreTokenizer preTokenizer) {
        for (String unit : new String[] {" ", "\n ", "a", "字", "!", "1", "' ", "\u0301", " \t"}) {
            String text = unit.repeat(1_000_000 / unit.length()) + "x";
            Assertions.assertTimeout(
                    Duration.ofSeconds(5), () -> pieces(preTokenizer, text).size());
        }
    }

    /** Worked out by hand from Llama 3's pattern. */
    @Test
    void llama3InTenScripts() {
        llama3("It's 1234567 o'clock!", "It", "'s", " ", "123", "456", "7", " o", "'clock", "!");
        llama3("THEY'LL we'Ve", "THEY", "'LL", " we", "'Ve");
        llama3("描述2024年的图片。", "描述", "202", "4", "年的图片", "。");
        llama3("इस छवि का वर्णन", "इस", " छव", "ि", " क", "ा", " वर", "्णन");
        llama3("¿Qué tal? ¡Sí!", "¿Qué", " tal", "?", " ¡", "Sí", "!");
        llama3("L'été, j'mets", "L", "'été", ",", " j", "'m", "ets");
        llama3("صف الصورة ٢٠٢٤.", "صف", " الصورة", " ", "٢٠٢", "٤", ".");
        llama3("ছবিটি", "ছব", "িট", "ি");
        llama3("Опишите 5-е ½Ⅷ३४", "Опишите", " ", "5", "-е", " ", "½Ⅷ३", "४");
        llama3("تصویر کی۔", "تصویر", " کی", "۔");
        llama3("画像を1つ\n\n  説明", "画像を", "1", "つ", "\n\n", " ", " 説明");
    }

    /** Worked out by hand: digits stand alone, and so does a space in front of one. */
    @Test
    void smollmCutsDigitsOutFirst() {
        for (PreTokenizer preTokenizer : List.of(PreTokenizer.SMOLLM, PreTokenizer.COMMAND_R)) {
            assertEquals(
                    List.of("It", "'s", " ", "1", "2", "th", ",", " o", "'", "clock", "!", "\n"),
                    pieces(preTokenizer, "It's 12th, o'clock!\n"));
        }
        assertEquals(List.of("a", "  ", "1", "  ", " b"), pieces(PreTokenizer.SMOLLM, "a  1   b"));
        assertEquals(List.of("a", " ", " 12", "  ", " b"), pieces(PreTokenizer.GPT2, "a  12   b"));
    }

    private static void llama3(String text, String... expected) {
        assertEquals(List.of(expected), pieces(PreTokenizer.LLAMA3, text));
    }

    @Test
    void digitsAreSplitOneByOneOrInThrees() {
        for (int count = 1; count <= 10; count++) {
            String digits = "1234567890".substring(0, count);
            assertEquals(count, pieces(PreTokenizer.QWEN2, digits).size());
            List<String> threes = pieces(PreTokenizer.LLAMA3, digits);
            assertEquals((count + 2) / 3, threes.size());
            assertEquals(digits, String.join("", threes));
            assertEquals(Math.min(count, 3), threes.getFirst().length());
        }
    }

    private static List<String> pieces(PreTokenizer preTokenizer, String text) {
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int to = preTokenizer.end(text, from);
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }

    private static List<String> expected(PreTokenizer preTokenizer, Pattern pattern, String text) {
        List<String> pieces = new ArrayList<>();
        // Each number, or a stretch without numbers.
        Pattern stretches = Pattern.compile(digitsAlone(preTokenizer) ? "\\p{N}|\\P{N}+" : "(?s).+");
        Matcher stretch = stretches.matcher(text);
        while (stretch.find()) {
            pieces.addAll(expected(pattern, stretch.group()));
        }
        return pieces;
    }

    private static List<String> expected(Pattern pattern, String text) {
        List<String> pieces = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            pieces.add(matcher.group());
        }
        return pieces;
    }

    private static final String TEKKEN =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
                    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** Random strings of every kind of character that the pattern knows: the pieces are those of the pattern. */
    @Test
    void tekkenPiecesAreThoseOfThePattern() {
        String[] parts = {
            "a",
            "b",
            "A",
            "B",
            "\u01c5",
            "\u02b0",
            "\u0915",
            "\u093e",
            "\u0301",
            "\u20dd",
            "\u4f60",
            "\u3042",
            "\u0627",
            "\u0650",
            "1",
            "\u0967",
            "\u2167",
            " ",
            "  ",
            "\t",
            "\n",
            "\r\n",
            "/",
            "'",
            "!",
            "\ud83d\ude00",
            "\ud835\udc00",
            "\ud835\udc1a",
            "s",
            "\u00c9",
            "\u00e9",
            "\u00a0",
            "\u09ac",
            "\u09be",
            "\u0440",
            "\u0420"
        };
        Pattern pattern = pattern(PreTokenizer.TEKKEN);
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(12);
            for (int i = 0; i < length; i++) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            assertEquals(
                    expected(pattern, text.toString()),
                    pieces(PreTokenizer.TEKKEN, text.toString()),
                    () -> "seed 5: " + text);
        }
    }

    /** Ten languages: marks stay with their letters, and a capital begins a word. */
    @Test
    void tekkenKeepsMarksWithTheirLetters() {
        assertEquals(
                List.of("\u0928\u092e\u0938\u094d\u0924\u0947", " \u09ac\u09be\u0982\u09b2\u09be", " Hello", "World"),
                pieces(
                        PreTokenizer.TEKKEN,
                        "\u0928\u092e\u0938\u094d\u0924\u0947 \u09ac\u09be\u0982\u09b2\u09be HelloWorld"));
        assertEquals(
                List.of(
                        "\u4f60\u597d",
                        " \u3053\u3093",
                        " \u0645\u0650\u0646",
                        " \u06cc\u06c1",
                        " \u043e\u043d",
                        " \u00e9t\u00e9",
                        " ni\u00f1o",
                        " ",
                        "2",
                        "5"),
                pieces(
                        PreTokenizer.TEKKEN,
                        "\u4f60\u597d \u3053\u3093 \u0645\u0650\u0646 \u06cc\u06c1 \u043e\u043d \u00e9t\u00e9 ni\u00f1o 25"));
    }
}
