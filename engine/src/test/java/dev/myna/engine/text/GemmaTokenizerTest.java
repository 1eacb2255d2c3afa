// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.Tokenizer.Specials;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SentencePiece with user-defined runs of white space, as Gemma's vocabularies have them (docs/spec/tokenizers.md 3.8). */
class GemmaTokenizerTest {
    private static final int LONGEST = 5;

    /** @param space how the file spells a space in user-defined pieces */
    private static Tokenizer tokenizer(char space) {
        Map<String, Integer> types = new LinkedHashMap<>();
        types.put("<pad>", TokenType.CONTROL);
        types.put("<eos>", TokenType.CONTROL);
        types.put("<bos>", TokenType.CONTROL);
        types.put("<unk>", TokenType.UNKNOWN);
        types.put("<start_of_turn>", TokenType.CONTROL);
        types.put("<end_of_turn>", TokenType.CONTROL);
        for (int i = 1; i <= LONGEST; i++) {
            types.put("\n".repeat(i), TokenType.USER_DEFINED);
        }
        for (int i = 2; i <= LONGEST; i++) {
            types.put(String.valueOf(space).repeat(i), TokenType.USER_DEFINED);
        }
        types.put("<s>", TokenType.USER_DEFINED);
        types.put("</s>", TokenType.USER_DEFINED);
        for (int i = 0; i < 256; i++) {
            types.put("<0x%02X>".formatted(i), TokenType.BYTE);
        }
        for (String piece : List.of("\u2581", "a", "b", "\u2581a", "ab", "\u2581ab", "s", "<", ">", "/")) {
            types.put(piece, TokenType.NORMAL);
        }
        byte[][] pieces = types.keySet().stream()
                .map(piece -> piece.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        float[] scores = new float[pieces.length];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = -id;
        }
        int[] kinds = types.values().stream().mapToInt(Integer::intValue).toArray();
        return new TokenizerGguf(
                        "llama", new Vocabulary("gemma", pieces, scores, kinds, new byte[0][], 2, 1, 3, Set.of()))
                .put("tokenizer.ggml.bos_token_id", 2)
                .put("tokenizer.ggml.unknown_token_id", 3)
                .put("tokenizer.ggml.add_space_prefix", false)
                .load();
    }

    @ParameterizedTest
    @ValueSource(chars = {' ', '\u2581'})
    void runsOfWhiteSpaceAreTokensInTextOfUsers(char space) {
        Tokenizer tokenizer = tokenizer(space);
        pieces(tokenizer, "a\n\n\nb", "a", "\n\n\n", "b");
        pieces(tokenizer, "\n".repeat(7) + " ab", "\n".repeat(5), "\n\n", " ab");
        pieces(tokenizer, "a" + " ".repeat(6) + "b", "a", " ".repeat(5), " ", "b");
        pieces(tokenizer, "a" + " ".repeat(6) + "ab", "a", " ".repeat(5), " ab");
        pieces(tokenizer, " a b", " a", " ", "b");
        pieces(tokenizer, "a<s>b</s>", "a", "<s>", "b", "</s>");
        assertArrayEquals(
                new int[] {tokenizer.id("a"), tokenizer.id("<0xC3>"), tokenizer.id("<0xA9>")}, ids(tokenizer, "aé"));
    }

    @Test
    void controlTokensStayTextAndHtmlEndsNoAnswer() {
        Tokenizer tokenizer = tokenizer(' ');
        assertTrue(ids(tokenizer, "<end_of_turn>").length > 1);
        assertArrayEquals(new int[] {5}, tokenizer.encode("<end_of_turn>", Specials.PARSE));
        assertTrue(tokenizer.isEndOfGeneration(tokenizer.id("<end_of_turn>")));
        assertTrue(tokenizer.isEndOfGeneration(1));
        assertFalse(tokenizer.isEndOfGeneration(tokenizer.id("</s>")));
        assertTrue(tokenizer.addBos());
        assertFalse(tokenizer.addsSpace());
    }

    @Test
    void longRunsTakeLinearTime() {
        Tokenizer tokenizer = tokenizer(' ');
        for (String unit : List.of("\n", " ", "a", "\n a", "<s>", "é")) {
            String text = unit.repeat(400_000 / unit.length());
            assertTimeout(Duration.ofSeconds(10), () -> ids(tokenizer, text), unit);
        }
    }

    private static void pieces(Tokenizer tokenizer, String text, String... expected) {
        int[] ids = ids(tokenizer, text);
        assertEquals(text, new String(TokenizerGoldenTest.bytes(tokenizer, ids), StandardCharsets.UTF_8));
        assertEquals(
                List.of(expected),
                Arrays.stream(ids)
                        .mapToObj(id -> new String(tokenizer.bytes(id), StandardCharsets.UTF_8))
                        .toList());
    }

    private static int[] ids(Tokenizer tokenizer, String text) {
        return tokenizer.encode(text, Specials.PLAIN);
    }
}
