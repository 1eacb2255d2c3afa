// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Language;
import dev.myna.engine.text.BpeTokenizer.Normalization;
import dev.myna.engine.text.Tokenizer.Specials;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ids of the released vocabularies equal llama.cpp's and the vectors of the specification. */
@NeedsGolden
class TokenizerGoldenTest {
    private static Tokenizer llama;
    private static BpeTokenizer qwen;

    static SpmTokenizer llama() {
        if (llama == null) {
            llama = load("vocab/llama-spm.gguf");
        }
        return (SpmTokenizer) llama;
    }

    static BpeTokenizer qwen() {
        if (qwen == null) {
            qwen = (BpeTokenizer) load("vocab/qwen2.gguf");
        }
        return qwen;
    }

    private static Tokenizer load(String relative) {
        try (GgufFile file = GgufFile.open(Golden.path(relative))) {
            return Tokenizers.load(file);
        }
    }

    @Test
    void llamaCppTokenizesTheSameWithSpm() {
        compareWithLlamaCpp("llamacpp/tok/llama-spm.json", llama());
    }

    @Test
    void llamaCppTokenizesTheSameWithBpe() {
        compareWithLlamaCpp("llamacpp/tok/qwen2.json", qwen().with(Normalization.NONE));
    }

    @SuppressWarnings("unchecked")
    private static void compareWithLlamaCpp(String path, Tokenizer tokenizer) {
        Map<String, Object> golden = Golden.json(path);
        List<Map<String, Object>> tokenize = (List<Map<String, Object>>) golden.get("tokenize");
        assertFalse(tokenize.isEmpty());
        for (Map<String, Object> item : tokenize) {
            String text = (String) item.get("text");
            assertArrayEquals(ints(item.get("ids")), tokenizer.encode(text, Specials.PLAIN), () -> "plain: " + text);
            int[] special = tokenizer.encode(text, Specials.PARSE);
            assertArrayEquals(ints(item.get("ids_special")), withBos(tokenizer, special), () -> "special: " + text);
        }
        List<Map<String, Object>> detokenize = (List<Map<String, Object>>) golden.get("detokenize");
        assertFalse(detokenize.isEmpty());
        for (Map<String, Object> item : detokenize) {
            byte[] expected = HexFormat.of().parseHex((String) item.get("hex"));
            assertArrayEquals(expected, bytes(tokenizer, ints(item.get("ids"))), () -> "detokenize " + item.get("ids"));
        }
    }

    @Test
    void upstreamVectorsOfSpm() {
        compareWithVectors("vocab/llama-spm.gguf", llama());
    }

    @Test
    void upstreamVectorsOfBpe() {
        compareWithVectors("vocab/qwen2.gguf", qwen().with(Normalization.NONE));
    }

    private static void compareWithVectors(String vocabulary, Tokenizer tokenizer) {
        String[] texts = new String(Golden.bytes(vocabulary + ".inp"), StandardCharsets.UTF_8)
                .split("\n__ggml_vocab_test__\n", -1);
        String[] ids = new String(Golden.bytes(vocabulary + ".out"), StandardCharsets.UTF_8).split("\n", -1);
        int compared = 0;
        for (int i = 0; i < texts.length && i < ids.length; i++) {
            if (i == texts.length - 1 && texts[i].isEmpty()) {
                break;
            }
            int[] expected = numbers(ids[i]);
            String text = texts[i];
            assertArrayEquals(expected, tokenizer.encode(text, Specials.PLAIN), () -> "text '" + text + "'");
            compared++;
        }
        assertTrue(compared >= 46, "compared only " + compared + " texts");
    }

    @Test
    void specVectorsOfTenLanguages() {
        Map<Language, String> ids = Map.of(
                Language.EN,
                "20355 915 278 1967 29889",
                Language.ES,
                "20355 915 425 527 5370 29889",
                Language.FR,
                "12660 699 13325 301 29915 3027 29889",
                Language.RU,
                "1651 1668 1911 730 1866 15124 11567 29889",
                Language.AR,
                "29871 30360 30241 24508 30360 30171 30156 30242 29889",
                Language.ZH,
                "29871 233 146 146 235 194 179 30810 31328 30861 31122 30267",
                Language.JA,
                "29871 31046 31551 30396 235 173 175 30592 30326 30466 30568 30955 30566 30298 30267",
                Language.HI,
                "29871 227 167 138 30489 29871 227 167 158 30610 30436 29871 30444 30269 29871 30610 30316 30296 31377 30424 "
                        + "29871 30444 30316 30569 30757 31776",
                Language.BN,
                "29871 227 169 158 30962 30786 227 169 162 30786 29871 30962 30653 30655 227 169 166 30792 30445 29871 30995 "
                        + "30653 31154 30792 31776",
                Language.UR,
                "29871 30195 30360 30171 30202 30156 29871 30343 30202 29871 30171 30624 30112 30240 30195 29871 30343 30156 "
                        + "30202 221 189 222 151");
        ids.forEach((language, expected) -> assertArrayEquals(
                numbers(expected), llama().encode(language.describe(), Specials.PLAIN), language.code()));
    }

    @Test
    void specVectorsOfQwen() {
        String[][] vectors = {
            {"Hello world", "9707 1879"},
            {" Hello world", "21927 1879"},
            {"Hello, world!", "9707 11 1879 0"},
            {"\n", "198"},
            {"\n\n", "271"},
            {"\n\n\n", "1406"},
            {"\t", "197"},
            {"\t\n", "1572"},
            {" ", "220"},
            {"  ", "256"},
            {"   ", "262"},
            {"    Hello\n    Hello", "262 21927 198 262 21927"},
            {"3333", "18 18 18 18"},
            {"нещо на Български", "78762 14144 1456 13073 63471 33594 3038 133178 79012"},
            {"Cửa Việt", "34 90063 128324"},
            {" discards", "2560 2347"},
            {" this is 🦙.cpp", "419 374 11162 99 247 13 10821"},
            {
                "Hello, y'all! How are you 😁 ?我想在apple工作1314151天～",
                "9707 11 379 64848 0 2585 525 498 26525 223 937 104100 18493 22377 99257 16 18 16 19 16 20 16 35727 21216"
            },
            {"' era", "6 11385"},
            {"\n =", "198 284"},
        };
        for (String[] vector : vectors) {
            assertArrayEquals(numbers(vector[1]), qwen().encode(vector[0], Specials.PLAIN), vector[0]);
        }
    }

    @Test
    void paddedRowsAreNeverMatchedAndNeverUsable() {
        Tokenizer tokenizer = qwen();
        int last = tokenizer.size() - 1;
        String padding = tokenizer.piece(last);
        assertTrue(padding.startsWith("[PAD"), padding);
        assertFalse(tokenizer.isUsable(last));
        assertFalse(tokenizer.isUsable(tokenizer.size()));
        assertEquals(-1, tokenizer.id(padding));
        for (Specials specials : Specials.values()) {
            for (int id : tokenizer.encode(padding, specials)) {
                assertTrue(tokenizer.isUsable(id), padding);
            }
        }
    }

    @Test
    void onlySpecialTokensEndAnAnswer() {
        assertTrue(llama().isEndOfGeneration(2));
        assertFalse(llama().isEndOfGeneration(1));
        assertTrue(qwen().isEndOfGeneration(151643));
        assertTrue(qwen().isEndOfGeneration(151645));
        assertFalse(qwen().isEndOfGeneration(151644));
        // Qwen2 spells </s> as ordinary text as well.
        assertFalse(qwen().isEndOfGeneration(qwen().id("</s>")));
    }

    @Test
    void usableTokensAreFoundByTheirText() {
        for (Tokenizer tokenizer : List.of(llama(), qwen())) {
            for (int id = 0; id < tokenizer.size(); id++) {
                if (tokenizer.isUsable(id)) {
                    assertTrue(tokenizer.id(tokenizer.piece(id)) >= 0, tokenizer.piece(id));
                }
            }
        }
        assertArrayEquals(new byte[] {'\n'}, llama().bytes(13));
        assertEquals(0, llama().bytes(2).length);
    }

    static byte[] bytes(Tokenizer tokenizer, int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(tokenizer.bytes(id));
        }
        return bytes.toByteArray();
    }

    private static int[] withBos(Tokenizer tokenizer, int[] ids) {
        if (!tokenizer.addBos()) {
            return ids;
        }
        int[] all = new int[ids.length + 1];
        all[0] = tokenizer.bos();
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }

    static int[] ints(Object list) {
        return ((List<?>) list).stream().mapToInt(i -> ((Number) i).intValue()).toArray();
    }

    static int[] numbers(String text) {
        return Arrays.stream(text.strip().split("\\s+"))
                .filter(number -> !number.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
