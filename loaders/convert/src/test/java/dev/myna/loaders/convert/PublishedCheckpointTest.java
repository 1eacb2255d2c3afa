// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of older and newer releases of transformers: every setting is applied, reported or refused. */
class PublishedCheckpointTest {
    private static final String TEXT = "text_config";
    private static final String VISION = "vision_config";

    @TempDir
    Path folder;

    private int written;

    @Test
    void ropeParametersAreApplied() {
        metadata(llava(Map.of("rope_theta", 50_000.0, "rope_type", "default")), text -> {
            assertEquals(50_000f, text.number("llama.rope.freq_base"));
            assertFalse(text.has("llama.rope.scaling.type"));
        });
        metadata(llava(Map.of("rope_theta", 20_000, "rope_type", "linear", "factor", 2.5)), text -> {
            assertEquals(20_000f, text.number("llama.rope.freq_base"));
            assertEquals("linear", text.string("llama.rope.scaling.type"));
            assertEquals(2.5f, text.number("llama.rope.scaling.factor"));
        });
        // A value inside the object overrides one beside it.
        metadata(
                llava(Map.of("rope_theta", 50_000.0)).config(TEXT, "rope_theta", 70_000),
                text -> assertEquals(50_000f, text.number("llama.rope.freq_base")));
        metadata(
                llava(Map.of("rope_type", "default")).config(TEXT, "rope_theta", 70_000),
                text -> assertEquals(70_000f, text.number("llama.rope.freq_base")));
        metadata(
                TinyCheckpoint.palo().config("rope_parameters", Map.of("rope_theta", 30_000)),
                text -> assertEquals(30_000f, text.number("llama.rope.freq_base")));
    }

    @Test
    void olderRopeScalingIsApplied() {
        metadata(
                TinyCheckpoint.llavaHf()
                        .config(TEXT, "rope_theta", 1_000_000)
                        .config(TEXT, "rope_scaling", Map.of("type", "linear", "factor", 4)),
                text -> {
                    assertEquals(1_000_000f, text.number("llama.rope.freq_base"));
                    assertEquals(4f, text.number("llama.rope.scaling.factor"));
                });
    }

    @Test
    void ropeParametersOfUsedLayerTypesMustBeEqual() {
        Map<String, Object> one = Map.of("rope_theta", 40_000, "rope_type", "default");
        Map<String, Object> other = Map.of("rope_theta", 10_000, "rope_type", "default");
        metadata(
                llava(Map.of("full_attention", one)),
                text -> assertEquals(40_000f, text.number("llama.rope.freq_base")));
        metadata(
                llava(Map.of("full_attention", one, "sliding_attention", one)),
                text -> assertEquals(40_000f, text.number("llama.rope.freq_base")));
        metadata(
                llava(Map.of("full_attention", one, "sliding_attention", other))
                        .config(TEXT, "layer_types", List.of("full_attention", "full_attention")),
                text -> assertEquals(40_000f, text.number("llama.rope.freq_base")));
        refuses(llava(Map.of("full_attention", one, "sliding_attention", other)), "different rotations");
    }

    /** The divisors of the published formula, computed here from wavelengths instead of turns. */
    @Test
    void llama3FrequencyFactorsAreWrittenAsTensor() throws IOException {
        TinyCheckpoint checkpoint = llava(Map.of(
                "rope_type",
                "llama3",
                "rope_theta",
                500.0,
                "factor",
                8.0,
                "low_freq_factor",
                1.0,
                "high_freq_factor",
                4.0,
                "original_max_position_embeddings",
                64));
        try (GgufFile text = GgufFile.open(convert(checkpoint, false))) {
            float[] divisors = text.require("rope_freqs.weight")
                    .data()
                    .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
            assertEquals(8, divisors.length);
            for (int i = 0; i < divisors.length; i++) {
                double frequency = Math.pow(500, -2.0 * i / 16);
                double wavelength = 2 * Math.PI / frequency;
                double scaled = frequency;
                if (wavelength > 64 / 1.0) {
                    scaled = frequency / 8;
                } else if (wavelength >= 64 / 4.0) {
                    double smooth = (64 / wavelength - 1) / (4 - 1);
                    scaled = (1 - smooth) * frequency / 8 + smooth * frequency;
                }
                assertEquals(frequency / scaled, divisors[i], 1e-5, "pair " + i);
            }
            assertEquals(1, divisors[0]);
            assertEquals(8, divisors[7]);
        }
    }

    @Test
    void unsupportedRopeTypesAreRefused() {
        for (String type : List.of("yarn", "dynamic", "longrope", "proportional", "mrope")) {
            refuses(llava(Map.of("rope_type", type, "factor", 2)), "rope_parameters.rope_type = " + type + " is not");
        }
        refuses(llava(Map.of("factor", 2)), "rope_parameters.factor = 2 is given without a rope_type");
        refuses(llava(Map.of("rope_type", "linear")), "rope_parameters.factor is missing");
        refuses(llava(Map.of("rope_type", "linear", "factor", 0)), "factor = 0 must be a finite number above 0");
        refuses(llava(Map.of("rope_theta", -1)), "rope_theta = -1 must be a finite number above 0");
        refuses(llava(Map.of("partial_rotary_factor", 0.5)), "partial_rotary_factor = 0.5 is not supported");
        refuses(TinyCheckpoint.llavaHf().config(TEXT, "partial_rotary_factor", 0.5), "partial_rotary_factor = 0.5");
        refuses(
                llava(Map.of("rope_type", "linear", "factor", 2))
                        .config(TEXT, "rope_scaling", Map.of("type", "linear", "factor", 4)),
                "says something else than rope_parameters");
        refuses(
                llava(Map.of("rope_type", "llama3", "factor", 8, "low_freq_factor", 4, "high_freq_factor", 4)),
                "high_freq_factor = 4 must be above low_freq_factor");
    }

    /** Numbers with exponents that would exhaust arbitrary-precision arithmetic. */
    @ParameterizedTest
    @ValueSource(strings = {"1e-999999999", "1e999999999", "-1e-999999999", "1e2147483648"})
    void exponentsBeyondDoublesAreRefusedQuickly(String number) throws IOException {
        Path source =
                TinyCheckpoint.llavaHf().config(TEXT, "rope_theta", 31_415).write(folder.resolve("c"));
        Path config = source.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("31415", number));
        assertRefused(source, "text_config.rope_theta = ");
    }

    @Test
    void missingSizesUseTransformersDefaults() {
        TinyCheckpoint sparse = TinyCheckpoint.llavaHf();
        for (String key : List.of(
                "hidden_size",
                "intermediate_size",
                "num_hidden_layers",
                "num_attention_heads",
                "rms_norm_eps",
                "bos_token_id",
                "eos_token_id",
                "max_position_embeddings",
                "model_type")) {
            sparse.config(TEXT, key, null);
        }
        metadata(sparse, text -> {
            assertEquals("llama", text.string("general.architecture"));
            assertEquals(32, text.integer("llama.attention.head_count", 1, 100));
            assertEquals(32, text.integer("llama.attention.head_count_kv", 1, 100));
            assertEquals(2, text.integer("llama.block_count", 1, 100));
            assertEquals(96, text.integer("llama.feed_forward_length", 1, 100));
            assertEquals(2048, text.integer("llama.context_length", 1, 1 << 20));
            assertEquals(1e-6f, text.number("llama.attention.layer_norm_rms_epsilon"));
            assertEquals(1, text.integer("tokenizer.ggml.bos_token_id", 0, 300));
            assertEquals(2, text.integer("tokenizer.ggml.eos_token_id", 0, 300));
        });
        // Without text_config and vision_config: the configuration of a default LLaVA.
        metadata(
                TinyCheckpoint.llavaHf().config(TEXT, null).config(VISION, null),
                text -> assertEquals(32, text.integer("llama.attention.head_count", 1, 100)));
        vision(TinyCheckpoint.llavaHf().config(VISION, null), vision -> {
            assertEquals(16, vision.integer("clip.vision.attention.head_count", 1, 100));
            assertEquals("patch", vision.string("clip.vision.feature_select"));
            assertArrayEquals(new int[] {2}, vision.integers("clip.vision.feature_layer"));
        });
        vision(
                TinyCheckpoint.llavaHf().config(VISION, "model_type", null),
                vision -> assertEquals(4, vision.integer("clip.vision.attention.head_count", 1, 100)));
        refuses(
                TinyCheckpoint.llavaHf().config(VISION, "num_attention_heads", null),
                "width 64 is not divided by its 12 heads, which is what transformers assumes");
    }

    @Test
    void newerTensorNamesAreMapped() {
        byte[][] expected = {bytes(TinyCheckpoint.llavaHf(), false), bytes(TinyCheckpoint.llavaHf(), true)};
        List<TinyCheckpoint> others = List.of(
                TinyCheckpoint.llavaHf()
                        .rename("language_model.lm_head.", "lm_head.")
                        .rename("language_model.model.", "model.language_model.")
                        .rename("vision_tower.", "model.vision_tower.")
                        .rename("multi_modal_projector.", "model.multi_modal_projector."),
                TinyCheckpoint.llavaHf()
                        .rename("language_model.lm_head.", "lm_head.")
                        .rename("language_model.model.", "model.language_model.")
                        .rename("vision_tower.vision_model.", "model.vision_tower.")
                        .rename("multi_modal_projector.", "model.multi_modal_projector."));
        for (TinyCheckpoint other : others) {
            assertArrayEquals(expected[0], bytes(other, false));
            assertArrayEquals(expected[1], bytes(other, true));
        }
    }

    @Test
    void dtypeReplacesTorchDtype() {
        try (Conversion conversion =
                open(TinyCheckpoint.llavaHf().config("dtype", "float16").config(TEXT, "dtype", "float16"))) {
            assertEquals(List.of(), conversion.plan().notes());
            assertEquals(FileType.F16, conversion.storedType());
        }
    }

    @Test
    void tokensBeyondTheEmbeddingAreLeftOutWithANote() throws IOException {
        TinyCheckpoint checkpoint = TinyCheckpoint.palo()
                .json("added_tokens.json", Map.of("[PAD]", 300))
                .json("tokenizer_config.json", Map.of("pad_token", "[PAD]", "bos_token", "<s>", "eos_token", "</s>"));
        try (Conversion conversion = open(checkpoint)) {
            assertEquals(
                    List.of("left out \"[PAD]\" with id 300: the embedding table has only 300 rows"),
                    conversion.plan().notes());
        }
        metadata(checkpoint, text -> {
            assertEquals(300, text.strings("tokenizer.ggml.tokens").size());
            assertFalse(text.has("tokenizer.ggml.padding_token_id"));
        });
        refuses(
                TinyCheckpoint.palo()
                        .json("added_tokens.json", Map.of("<end>", 301))
                        .json("tokenizer_config.json", Map.of("eos_token", "<end>")),
                "its id has no row in the embedding table");
        metadata(
                TinyCheckpoint.palo().config("pad_token_id", -1),
                text -> assertFalse(text.has("tokenizer.ggml.padding_token_id")));
        metadata(
                TinyCheckpoint.palo().config("eos_token_id", List.of(2, 1)),
                text -> assertEquals(2, text.integer("tokenizer.ggml.eos_token_id", 0, 300)));
    }

    @Test
    void shardsAreReadWithoutAnIndex() throws IOException {
        List<String> names = List.of(
                "model-00001-of-00003.safetensors",
                "model-00002-of-00003.safetensors",
                "model-00003-of-00003.safetensors");
        Path source = TinyCheckpoint.palo().write(folder.resolve("shards"), names);
        assertArrayEquals(bytes(TinyCheckpoint.palo(), false), bytes(source, false));
        Files.delete(source.resolve(names.get(1)));
        assertRefused(source, "model-00002-of-00003.safetensors: no such file; it is one of the 3 shards");
        Files.copy(source.resolve(names.get(0)), source.resolve("model-00001-of-00002.safetensors"));
        assertRefused(source, "are numbered as of [2, 3] files");
    }

    @Test
    void missingShardIsNamed() throws IOException {
        List<String> names = List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
        Path source = TinyCheckpoint.palo().write(folder.resolve("shards"), names);
        Files.writeString(
                source.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"model.norm.weight\":\"" + names.get(0) + "\",\"lm_head.weight\":\"" + names.get(1)
                        + "\"}}");
        Files.delete(source.resolve(names.get(1)));
        assertRefused(source, "model-00002-of-00002.safetensors: no such file");
    }

    /** Unread keys that change the model. */
    @ParameterizedTest
    @CsvSource({
        "attn_logit_softcapping, 50",
        "final_logit_softcapping, 30",
        "logits_scaling, 8",
        "residual_multiplier, 0.22",
        "num_local_experts, 8",
        "use_qk_norm, true",
        "rope_interleaved, true",
        "query_pre_attn_scalar, 144"
    })
    void keysThatChangeResultsAreRefused(String key, String value) {
        Object typed = value.equals("true") ? (Object) true : Double.valueOf(value);
        refuses(TinyCheckpoint.llavaHf().config(TEXT, key, typed), "text_config." + key + " = " + typed + " changes");
        refuses(TinyCheckpoint.palo().config(key, typed), ": " + key + " = " + typed + " changes what the model says");
    }

    @Test
    void unsupportedPartsAreRefused() {
        refuses(TinyCheckpoint.llavaHf().config("quantization_config", Map.of("bits", 4)), "quantization_config");
        refuses(TinyCheckpoint.llavaHf().config("vision_feature_layer", List.of(-2, -5)), "it must be one layer");
        refuses(TinyCheckpoint.llavaHf().config("vision_feature_select_strategy", "avg"), "must be default or full");
        refuses(TinyCheckpoint.llavaHf().config("projector_hidden_act", "relu"), "projector_hidden_act = relu is not");
        refuses(
                TinyCheckpoint.llavaHf().config("multimodal_projector_bias", false),
                "multimodal_projector_bias = false");
        refuses(
                TinyCheckpoint.llavaHf().config(VISION, "model_type", "siglip_vision_model"),
                "must be a clip_vision_model");
        refuses(
                TinyCheckpoint.llavaHf().config(TEXT, "layer_types", List.of("full_attention", "sliding_attention")),
                "layer_types");
        refuses(
                TinyCheckpoint.llavaHf().config(TEXT, "model_type", "mistral"),
                "text_config.model_type = mistral is not");
        refuses(TinyCheckpoint.llavaHf().config(TEXT, "attention_bias", true), "attention_bias = true does not fit");
        refuses(TinyCheckpoint.llavaHf().config(TEXT, "mlp_bias", true), "mlp_bias = true is not supported");
        refuses(TinyCheckpoint.palo().config("mm_hidden_size", 128), "mm_hidden_size = 128 must be 64");
        refuses(TinyCheckpoint.palo().config("mm_use_im_start_end", true), "mm_use_im_start_end = true changes");
        refuses(
                TinyCheckpoint.llavaHf().json("preprocessor_config.json", Map.of("do_normalize", false)),
                "preprocessor_config.json: do_normalize = false is not supported");
        refuses(
                TinyCheckpoint.llavaHf().json("preprocessor_config.json", Map.of("resample", 2)),
                "resample = 2 is not");
        refuses(
                TinyCheckpoint.llavaHf().json("preprocessor_config.json", Map.of("crop_size", Map.of("height", 224))),
                "crop_size.height = 224 must be 56");
    }

    @Test
    void unknownKeysAreNamed() {
        TinyCheckpoint checkpoint = TinyCheckpoint.llavaHf()
                .config("use_cache", true)
                .config("surprise", "\u202Eevil\n" + "x".repeat(100))
                .config(TEXT, "attention_dropout", 0.1)
                .config(TEXT, "new_trick", 3);
        try (Conversion conversion = open(checkpoint)) {
            List<String> notes = conversion.plan().notes();
            assertEquals(1, notes.size());
            assertTrue(notes.getFirst().contains("text_config.new_trick = 3"), notes.getFirst());
            assertTrue(notes.getFirst().contains("surprise = \\u{202e}evil\\u{a}xxx"), notes.getFirst());
            assertFalse(notes.getFirst().contains("dropout"), notes.getFirst());
            assertTrue(notes.getFirst().length() < 300);
        }
    }

    @Test
    void oneFeatureLayerMayBeAList() {
        vision(
                TinyCheckpoint.llavaHf().config("vision_feature_layer", List.of(-1)),
                vision -> assertArrayEquals(new int[] {3}, vision.integers("clip.vision.feature_layer")));
        vision(
                TinyCheckpoint.llavaHf()
                        .json("preprocessor_config.json", Map.of("do_pad", true, "do_center_crop", false)),
                vision -> assertEquals("pad", vision.string("clip.vision.image_aspect_ratio")));
        vision(
                TinyCheckpoint.llavaHf(),
                vision -> assertEquals("square", vision.string("clip.vision.image_aspect_ratio")));
    }

    /** transformers writes height and width; this is visible if no size also occurs transposed. */
    @Test
    void pinpointsAreTransposedIfNeeded() {
        assertArrayEquals(new int[] {112, 56}, pinpoints(List.of(List.of(56, 112))));
        assertArrayEquals(new int[] {56, 112, 112, 56}, pinpoints(List.of(List.of(56, 112), List.of(112, 56))));
        assertArrayEquals(new int[] {336, 672, 672, 336, 672, 672, 1008, 336, 336, 1008}, pinpoints(null));
    }

    private int[] pinpoints(List<List<Integer>> stated) {
        int[][] found = new int[1][];
        vision(
                TinyCheckpoint.llavaHf()
                        .config("model_type", "llava_next")
                        .config("image_grid_pinpoints", stated)
                        .random(new Random(3), "image_newline", 64),
                vision -> found[0] = vision.integers("clip.vision.image_grid_pinpoints"));
        return found[0];
    }

    @Test
    void headThatDiffersFromTheEmbeddingIsKept() throws IOException {
        TinyCheckpoint checkpoint = TinyCheckpoint.llavaHf().config("tie_word_embeddings", true);
        try (Conversion conversion = open(checkpoint)) {
            assertTrue(conversion.plan().notes().getFirst().contains("lm_head.weight differs from"));
            assertTrue(conversion.plan().text().tensors().stream()
                    .anyMatch(tensor -> tensor.name().equals("output.weight")));
        }
        TinyCheckpoint tied = TinyCheckpoint.llavaHf().config("tie_word_embeddings", true);
        tied.random(new Random(5), "language_model.lm_head.weight", 300, 64);
        tied.random(new Random(5), "language_model.model.embed_tokens.weight", 300, 64);
        try (Conversion conversion = open(tied)) {
            assertEquals(List.of(), conversion.plan().notes());
            assertTrue(conversion.plan().text().tensors().stream()
                    .noneMatch(tensor -> tensor.name().equals("output.weight")));
        }
    }

    /** tokenizer.json alone gives the vocabulary that tokenizer.model gives, and scores that lead to the same merges. */
    @Test
    void sentencePiecesAreReadFromTokenizerJson() {
        metadata(SentencePieceFiles.json(TinyCheckpoint.llavaHf()), text -> {
            assertEquals("llama", text.string("tokenizer.ggml.model"));
            List<String> tokens = text.strings("tokenizer.ggml.tokens");
            float[] scores = text.floats("tokenizer.ggml.scores");
            int[] types = text.integers("tokenizer.ggml.token_type");
            assertEquals(List.of("<unk>", "<s>", "</s>", "<0x00>"), tokens.subList(0, 4));
            assertArrayEquals(new int[] {2, 3, 3, 6}, java.util.Arrays.copyOf(types, 4));
            assertTrue(scores[tokens.indexOf("ab")] > scores[tokens.indexOf("abc")]);
            assertEquals(0, text.integer("tokenizer.ggml.unknown_token_id", 0, 300));
            assertEquals("<image>", tokens.get(299));
            assertEquals(3, types[299]);
            assertTrue(text.bool("tokenizer.ggml.add_space_prefix", false));
            assertTrue(text.bool("tokenizer.ggml.add_bos_token", false));
        });
        refuses(
                SentencePieceFiles.json(TinyCheckpoint.llavaHf(), "ab c", "a b", "a bc", "b c"),
                "not in the order of a SentencePiece model");
        refuses(
                SentencePieceFiles.json(TinyCheckpoint.llavaHf(), "a b", "ab c"),
                "not in the order of a SentencePiece");
        refuses(SentencePieceFiles.json(TinyCheckpoint.llavaHf(), "a b", "ab z"), "is not in the vocabulary");
    }

    @Test
    void llama3VocabulariesAreByteLevel() {
        Map<String, Object> json = byteLevel("\\p{N}{1,3}");
        metadata(TinyCheckpoint.llavaHf().withoutFile("tokenizer.model").json("tokenizer.json", json), text -> {
            assertEquals("gpt2", text.string("tokenizer.ggml.model"));
            assertEquals("llama-bpe", text.string("tokenizer.ggml.pre"));
            assertEquals(List.of("a b"), text.strings("tokenizer.ggml.merges"));
            assertTrue(text.bool("tokenizer.ggml.add_bos_token", false));
        });
        metadata(
                TinyCheckpoint.llavaHf().withoutFile("tokenizer.model").json("tokenizer.json", byteLevel("\\p{N}")),
                text -> assertEquals("qwen2", text.string("tokenizer.ggml.pre")));
        refuses(
                TinyCheckpoint.llavaHf().withoutFile("tokenizer.model").json("tokenizer.json", byteLevel("\\p{N}{2}")),
                "only the patterns of Qwen2, Llama 3, SmolLM and Command R are supported");
        refuses(TinyCheckpoint.llavaHf().withoutFile("tokenizer.model"), "tokenizer.model: no such file");
    }

    /** They split alike; the normalizer tells them apart. */
    @Test
    void digitsAndGpt2PatternAreSmolLmOrCommandR() {
        List<Map<String, Object>> steps = List.of(
                Map.of("type", "Digits", "individual_digits", true),
                Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", true));
        Map<String, Object> json = new LinkedHashMap<>(byteLevel("\\p{N}"));
        json.put("pre_tokenizer", Map.of("type", "Sequence", "pretokenizers", steps));
        TinyCheckpoint checkpoint = TinyCheckpoint.llavaHf().withoutFile("tokenizer.model");
        metadata(
                checkpoint.json("tokenizer.json", json),
                text -> assertEquals("smollm", text.string("tokenizer.ggml.pre")));
        json.put("normalizer", Map.of("type", "NFC"));
        metadata(
                checkpoint.json("tokenizer.json", json),
                text -> assertEquals("command-r", text.string("tokenizer.ggml.pre")));
        json.put("normalizer", Map.of("type", "NFKC"));
        refuses(checkpoint.json("tokenizer.json", json), "normalizer.type = NFKC is not supported with these pieces");
        json.put("pre_tokenizer", Map.of("type", "Digits", "individual_digits", false));
        refuses(checkpoint.json("tokenizer.json", json), "pre_tokenizer splits by \"runs of digits\"");
    }

    private static Map<String, Object> byteLevel(String digits) {
        Map<String, Object> vocab = new LinkedHashMap<>();
        for (String token : List.of("a", "b", "ab", "<s>", "</s>")) {
            vocab.put(token, vocab.size());
        }
        String pattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        return Map.of(
                "added_tokens", List.of(),
                "pre_tokenizer",
                        Map.of(
                                "type",
                                "Sequence",
                                "pretokenizers",
                                List.of(Map.of("type", "Split", "pattern", Map.of("Regex", pattern)))),
                "post_processor",
                        Map.of(
                                "type",
                                "Sequence",
                                "processors",
                                List.of(Map.of(
                                        "type",
                                        "TemplateProcessing",
                                        "single",
                                        List.of(Map.of("SpecialToken", Map.of("id", "<s>")))))),
                "model", Map.of("type", "BPE", "vocab", vocab, "merges", List.of(List.of("a", "b"))));
    }

    @Test
    void newerSpecialTokenListsAreRead() {
        TinyCheckpoint listed = larger().json("added_tokens.json", Map.of("<image>", 300))
                .json("tokenizer_config.json", Map.of("extra_special_tokens", List.of("<image>")));
        metadata(listed, text -> assertEquals(3, text.integers("tokenizer.ggml.token_type")[300]));
        TinyCheckpoint named = larger().json("added_tokens.json", Map.of("<image>", 300))
                .json("tokenizer_config.json", Map.of("extra_special_tokens", Map.of("image_token", "<image>")));
        metadata(named, text -> assertEquals(3, text.integers("tokenizer.ggml.token_type")[300]));
        TinyCheckpoint inJson = larger().json(
                        "tokenizer.json",
                        Map.of("added_tokens", List.of(Map.of("id", 300, "content", "<image>", "special", true))));
        metadata(
                inJson,
                text -> assertEquals(
                        "<image>", text.strings("tokenizer.ggml.tokens").get(300)));
    }

    private static TinyCheckpoint larger() {
        return TinyCheckpoint.palo()
                .config("vocab_size", 302)
                .random(new Random(1), "model.embed_tokens.weight", 302, 64)
                .random(new Random(2), "lm_head.weight", 302, 64);
    }

    /** GGUF strings are UTF-8, which cannot hold lone surrogates. */
    @Test
    void loneSurrogatesAreRefused() {
        TinyCheckpoint qwen = TinyCheckpoint.llavaHf().withoutFile("tokenizer.model");
        byte[] vocab = "{\"model\":{\"byte_fallback\":true,\"vocab\":{\"a\":0,\"x\\ud800\":1},\"merges\":[]}}"
                .getBytes(StandardCharsets.US_ASCII);
        refuses(
                qwen.file("tokenizer.json", vocab),
                "tokenizer.json: not a JSON object: the text \"x\\u{d800}\" holds a lone");
        byte[] merges = "{\"model\":{\"byte_fallback\":true,\"vocab\":{\"a\":0},\"merges\":[\"a \\udc00\"]}}"
                .getBytes(StandardCharsets.US_ASCII);
        refuses(qwen.file("tokenizer.json", merges), "the text \"a \\u{dc00}\" holds a lone surrogate");
        refuses(
                TinyCheckpoint.palo().file("added_tokens.json", "{\"\\ud800\":5}".getBytes(StandardCharsets.US_ASCII)),
                "added_tokens.json: not a JSON object: the text \"\\u{d800}\" holds a lone surrogate");
    }

    private static TinyCheckpoint llava(Map<String, Object> ropeParameters) {
        return TinyCheckpoint.llavaHf().config(TEXT, "rope_parameters", ropeParameters);
    }

    private void metadata(TinyCheckpoint checkpoint, Consumer<GgufMetadata> check) {
        try (GgufFile text = GgufFile.open(convert(checkpoint, false))) {
            check.accept(text.metadata());
        }
    }

    private void vision(TinyCheckpoint checkpoint, Consumer<GgufMetadata> check) {
        try (GgufFile vision = GgufFile.open(convert(checkpoint, true))) {
            check.accept(vision.metadata());
        }
    }

    private byte[] bytes(TinyCheckpoint checkpoint, boolean vision) {
        return bytes(checkpoint.write(folder.resolve("source" + ++written)), vision);
    }

    private byte[] bytes(Path source, boolean vision) {
        try {
            return Files.readAllBytes(convert(source, vision));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path convert(TinyCheckpoint checkpoint, boolean vision) {
        return convert(checkpoint.write(folder.resolve("source" + ++written)), vision);
    }

    private Path convert(Path source, boolean vision) {
        Path target = folder.resolve("result" + ++written + ".gguf");
        try (Conversion conversion = Conversion.open(source, Optional.empty(), "tiny")) {
            ConversionPlan plan = conversion.plan();
            conversion.write(vision ? plan.vision() : plan.text(), FileType.F16, target, 1, _ -> {});
            return target;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Conversion open(TinyCheckpoint checkpoint) {
        return Conversion.open(checkpoint.write(folder.resolve("source" + ++written)), Optional.empty(), "tiny");
    }

    private void refuses(TinyCheckpoint checkpoint, String expected) {
        assertRefused(checkpoint.write(folder.resolve("refused" + ++written)), expected);
    }

    private static void assertRefused(Path source, String expected) {
        String message = assertThrows(
                        CheckpointException.class,
                        () -> Conversion.open(source, Optional.empty(), "tiny").close())
                .getMessage();
        assertTrue(message.contains(expected), "\"" + expected + "\" is not in: " + message);
        assertEquals(1, message.lines().count(), message);
    }

    /** A vocabulary of single letters, bytes and a few words, as transformers writes a SentencePiece model. */
    private static final class SentencePieceFiles {
        private static final String[] MERGES = {"a b", "b c", "ab c", "a bc"};

        static TinyCheckpoint json(TinyCheckpoint checkpoint, String... merges) {
            Map<String, Object> vocab = new LinkedHashMap<>();
            for (String token : List.of("<unk>", "<s>", "</s>")) {
                vocab.put(token, vocab.size());
            }
            for (int i = 0; i < 256; i++) {
                vocab.put(String.format("<0x%02X>", i), vocab.size());
            }
            for (String token : List.of("ab", "bc", "abc", "\u2581", "a", "b", "c")) {
                vocab.put(token, vocab.size());
            }
            List<Map<String, Object>> added = new ArrayList<>();
            for (Map.Entry<String, Integer> token :
                    Map.of("<unk>", 0, "<s>", 1, "</s>", 2, "<image>", 299).entrySet()) {
                added.add(Map.of("id", token.getValue(), "content", token.getKey(), "special", true));
            }
            return checkpoint
                    .withoutFile("tokenizer.model")
                    .json(
                            "tokenizer.json",
                            Map.of(
                                    "added_tokens",
                                    added,
                                    "normalizer",
                                    Map.of(
                                            "type",
                                            "Sequence",
                                            "normalizers",
                                            List.of(
                                                    Map.of("type", "Prepend", "prepend", "\u2581"),
                                                    Map.of(
                                                            "type",
                                                            "Replace",
                                                            "pattern",
                                                            Map.of("String", " "),
                                                            "content",
                                                            "\u2581"))),
                                    "model",
                                    Map.of(
                                            "type",
                                            "BPE",
                                            "byte_fallback",
                                            true,
                                            "unk_token",
                                            "<unk>",
                                            "vocab",
                                            vocab,
                                            "merges",
                                            List.of(merges.length > 0 ? merges : MERGES))));
        }
    }
}
