// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TokenSequence;
import dev.myna.engine.error.ModelException;
import dev.myna.kernels.CpuKernels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a model's file says is obeyed, named or refused; nothing is passed over in silence. */
class UnusedTest {
    private static final String A = "llama.";
    private static final String T = "tokenizer.ggml.";
    private static final String V = "clip.vision.";

    @TempDir
    Path folder;

    private Model load(TinyModel decoder, TinyModel vision, boolean ignore) {
        ModelOptions options = ModelOptions.builder()
                .threads(1)
                .kernels(CpuKernels.SCALAR)
                .ignoreUnused(ignore)
                .build();
        Path file = decoder.write(folder, "decoder.gguf");
        return vision == null
                ? Myna.loadTextOnly(file, options)
                : Myna.load(file, vision.write(folder, "mmproj.gguf"), options);
    }

    private static float[] thirtyTwo() {
        float[] ones = new float[32];
        Arrays.fill(ones, 0.5f);
        return ones;
    }

    /** The logits after a few tokens. */
    private float[] logits(TinyModel decoder) {
        try (Model model = load(decoder, null, false);
                TokenSequence sequence = model.newTokenSequence(SessionOptions.defaults())) {
            for (int id : new int[] {1, 70, 80, 262}) {
                sequence.append(id);
            }
            return sequence.logits().clone();
        }
    }

    @Test
    void plainFilesSayNothingInVain() {
        try (Model model = load(TinyModel.decoder(), TinyModel.vision(), false)) {
            assertEquals(List.of(), model.warnings());
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("blk.1.attn_q_norm.weight", tensor("blk.1.attn_q_norm.weight")),
                Arguments.of("blk.0.attn_k_norm.weight", tensor("blk.0.attn_k_norm.weight")),
                Arguments.of("blk.0.post_attention_norm.weight", tensor("blk.0.post_attention_norm.weight")),
                Arguments.of("blk.0.post_ffw_norm.weight", tensor("blk.0.post_ffw_norm.weight")),
                Arguments.of("blk.0.attn_sub_norm.weight", tensor("blk.0.attn_sub_norm.weight")),
                Arguments.of("blk.0.attn_norm.bias", tensor("blk.0.attn_norm.bias")),
                Arguments.of("blk.0.attn_sinks.weight", tensor("blk.0.attn_sinks.weight")),
                Arguments.of("blk.0.attn_qkv.bias", tensor("blk.0.attn_qkv.bias")),
                Arguments.of(A + "rope.dimension_sections", key(A + "rope.dimension_sections", new int[] {1, 1, 2, 0})),
                Arguments.of(A + "rope.scaling.attn_factor = 2.0", key(A + "rope.scaling.attn_factor", 2f)),
                Arguments.of(A + "rope.scaling.alpha", key(A + "rope.scaling.alpha", 2f)),
                Arguments.of(A + "attention.sliding_window = 64", key(A + "attention.sliding_window", 64)),
                Arguments.of(A + "attention.clamp_kqv", key(A + "attention.clamp_kqv", 8f)),
                Arguments.of(A + "attention.scale", key(A + "attention.scale", 0.1f)),
                Arguments.of(A + "attention.causal = false", key(A + "attention.causal", false)),
                Arguments.of(A + "attention.layer_indices", key(A + "attention.layer_indices", new int[] {1})),
                Arguments.of(A + "attn_logit_softcapping", key(A + "attn_logit_softcapping", 50f)),
                Arguments.of(A + "final_logit_softcapping", key(A + "final_logit_softcapping", 30f)),
                Arguments.of(A + "logit_scale", key(A + "logit_scale", 8f)),
                Arguments.of(A + "embedding_scale", key(A + "embedding_scale", 12f)),
                Arguments.of(A + "residual_scale", key(A + "residual_scale", 0.22f)));
    }

    private static TinyModel tensor(String name) {
        return TinyModel.decoder().tensor(name, thirtyTwo());
    }

    private static TinyModel key(String key, Object value) {
        return TinyModel.decoder().with(key, value);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void whatChangesResultsIsRefusedUnlessIgnored(String named, TinyModel decoder) {
        ModelException error = assertThrows(ModelException.class, () -> load(decoder, null, false));
        assertTrue(error.getMessage().contains(named), error.getMessage());
        assertTrue(error.getMessage().contains("--ignore-unused"), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
        try (Model model = load(decoder, null, true)) {
            assertEquals(1, model.warnings().size(), model.warnings().toString());
            assertTrue(model.warnings().getFirst().changesResults());
            assertTrue(model.warnings().getFirst().message().contains(named));
        }
    }

    static Stream<Arguments> named() {
        return Stream.of(
                Arguments.of(ModelWarning.Kind.TENSORS, "extra.weight", tensor("extra.weight")),
                Arguments.of(ModelWarning.Kind.TENSORS, "blk.2.attn_norm.weight", tensor("blk.2.attn_norm.weight")),
                Arguments.of(ModelWarning.Kind.KEYS, A + "nextn_predict_layers", key(A + "nextn_predict_layers", 1)),
                Arguments.of(ModelWarning.Kind.ROPE, "yarn_beta_fast", key(A + "rope.scaling.yarn_beta_fast", 32f)),
                Arguments.of(ModelWarning.Kind.TOKENIZER, T + "add_eos_token = true", key(T + "add_eos_token", true)),
                Arguments.of(
                        ModelWarning.Kind.TOKENIZER,
                        T + "remove_extra_whitespaces",
                        key(T + "remove_extra_whitespaces", true)),
                Arguments.of(
                        ModelWarning.Kind.TOKENIZER,
                        T + "precompiled_charsmap",
                        key(T + "precompiled_charsmap", new int[] {1, 2})),
                Arguments.of(
                        ModelWarning.Kind.TEMPLATE,
                        "name another format with --chat-template",
                        key("tokenizer.chat_template", "<|user|>\n{{ x }}<|assistant|>")));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("named")
    void othersAreNamed(ModelWarning.Kind kind, String named, TinyModel decoder) {
        try (Model model = load(decoder, null, false)) {
            assertEquals(1, model.warnings().size(), model.warnings().toString());
            ModelWarning warning = model.warnings().getFirst();
            assertEquals(kind, warning.kind());
            assertFalse(warning.changesResults());
            assertTrue(warning.message().contains(named), warning.message());
        }
    }

    @Test
    void neutralAndDescribingValuesSayNothing() {
        TinyModel decoder = TinyModel.decoder()
                .with(A + "vocab_size", 268)
                .with(A + "expert_count", 0)
                .with(A + "attention.causal", true)
                .with(A + "attention.sliding_window", 256)
                .with(A + "attention.scale", (float) (1 / Math.sqrt(8)))
                .with(A + "logit_scale", 1f)
                .with(A + "attention.clamp_kqv", 0f)
                .with(A + "rope.scaling.attn_factor", 1f)
                .with(A + "rope.scaling.original_context_length", 4096)
                .with("general.description", "…")
                .with("qwen2.attention.sliding_window", 7)
                .with(T + "pre", "default")
                .with(T + "padding_token_id", 0)
                .with(T + "fim_pre_token_id", 3)
                .with(T + "add_eos_token", false)
                .with(
                        "tokenizer.chat_template",
                        "{% for m in messages %}{{ 'USER: ' + m.content + ' ASSISTANT:' }}{% endfor %}");
        TinyModel vision = TinyModel.vision()
                .with("clip.has_text_encoder", false)
                .with(V + "mm_patch_merge_type", "flat")
                .with(V + "spatial_merge_size", 1)
                .tensor("v.post_ln.weight", 1, 2);
        try (Model model = load(decoder, vision, false)) {
            assertEquals(List.of(), model.warnings());
        }
    }

    @Test
    void visionFilesAreReadTheSameWay() {
        for (TinyModel vision : List.of(
                TinyModel.vision().tensor("v.blk.0.ls1.weight", 1, 2),
                TinyModel.vision().tensor("v.patch_embd.bias", 1, 2),
                TinyModel.vision().tensor("mm.input_norm.weight", 1, 2),
                TinyModel.vision().with(V + "spatial_merge_size", 2),
                TinyModel.vision().with(V + "window_size", 112))) {
            ModelException error = assertThrows(ModelException.class, () -> load(TinyModel.decoder(), vision, false));
            assertTrue(error.getMessage().contains("mmproj.gguf: Myna would not compute"), error.getMessage());
            load(TinyModel.decoder(), vision, true).close();
        }
        TinyModel audio = TinyModel.vision().tensor("a.conv1d.1.weight", 1, 2);
        try (Model model = load(TinyModel.decoder(), audio, false)) {
            assertEquals(
                    "unused tensors: a.conv1d.1.weight",
                    model.warnings().getFirst().message());
        }
        for (String key : List.of("clip.has_minicpmv_projector", "clip.has_qwen2vl_merger")) {
            ModelException error = assertThrows(
                    ModelException.class,
                    () -> load(TinyModel.decoder(), TinyModel.vision().with(key, true), true));
            assertTrue(error.getMessage().contains(key), error.getMessage());
        }
    }

    @Test
    void manyNamesAreCounted() {
        TinyModel decoder = TinyModel.decoder();
        for (int i = 0; i < 40; i++) {
            decoder.tensor("unheard\u202e\u001b." + i, 1);
        }
        try (Model model = load(decoder, null, false)) {
            String message = model.warnings().getFirst().message();
            assertTrue(message.endsWith(" and 36 more"), message);
            assertTrue(message.length() < 200 && message.chars().noneMatch(Character::isISOControl), message);
            assertFalse(message.contains("\u202e"), message);
        }
    }

    /** A bias of the head moves every logit by itself; the others act as in the layer's equations. */
    @Test
    void biasesAreApplied() {
        float[] plain = logits(TinyModel.decoder());
        int vocabulary = plain.length;
        float[] bias = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            bias[i] = i % 7;
        }
        float[] moved = logits(TinyModel.decoder().tensor("output.bias", bias));
        for (int i = 0; i < vocabulary; i++) {
            assertEquals(plain[i] + bias[i], moved[i], 1e-4);
        }
        for (String name : List.of("attn_output", "ffn_down", "ffn_gate", "ffn_up", "attn_q", "attn_k", "attn_v")) {
            int width = name.endsWith("_gate") || name.endsWith("_up")
                    ? 48
                    : name.endsWith("_k") || name.endsWith("_v") ? 16 : 32;
            float[] zeros = new float[width];
            assertArrayEquals(plain, logits(TinyModel.decoder().tensor("blk.0." + name + ".bias", zeros)), 1e-4f, name);
            float[] ones = new float[width];
            Arrays.fill(ones, 1);
            ones[0] = -2;
            float[] changed = logits(TinyModel.decoder().tensor("blk.0." + name + ".bias", ones));
            assertNotEquals(0, Arrays.mismatch(plain, changed) + 1, name);
        }
    }

    /** Biases of the output and down projections only add to the residual stream: both in one place do the same. */
    @Test
    void theBiasOfTheLastLayersAttentionIsAddedToTheStream() {
        TinyModel zeroFeedForward = TinyModel.decoder().filledWith("blk.1.ffn_down.weight", 0);
        float[] bias = new float[32];
        for (int i = 0; i < 32; i++) {
            bias[i] = (i - 16) / 8f;
        }
        float[] afterAttention = logits(zeroFeedForward.tensor("blk.1.attn_output.bias", bias));
        float[] afterFeedForward = logits(
                TinyModel.decoder().filledWith("blk.1.ffn_down.weight", 0).tensor("blk.1.ffn_down.bias", bias));
        assertArrayEquals(afterAttention, afterFeedForward, 1e-4f);
    }

    @Test
    void theOldKeyOfLinearScalingIsObeyed() {
        float[] now = logits(
                TinyModel.decoder().with(A + "rope.scaling.type", "linear").with(A + "rope.scaling.factor", 4f));
        assertArrayEquals(now, logits(TinyModel.decoder().with(A + "rope.scale_linear", 4f)));
        float[] plain = logits(TinyModel.decoder());
        assertFalse(Arrays.equals(plain, now));
        assertArrayEquals(plain, logits(TinyModel.decoder().with(A + "rope.scale_linear", 1f)));
        assertArrayEquals(plain, logits(TinyModel.decoder().with(A + "rope.scale_linear", 0f)));
        assertThrows(ModelException.class, () -> logits(TinyModel.decoder().with(A + "rope.scale_linear", -1f)));
    }

    @Test
    void numbersForEachLayerAreTakenIfTheyAreEqual() {
        float[] plain = logits(TinyModel.decoder());
        TinyModel arrays = TinyModel.decoder()
                .with(A + "attention.head_count", new int[] {4, 4})
                .with(A + "attention.head_count_kv", new int[] {2, 2})
                .with(A + "feed_forward_length", new int[] {48, 48});
        assertArrayEquals(plain, logits(arrays));
        ModelException error = assertThrows(
                ModelException.class,
                () -> logits(TinyModel.decoder().with(A + "attention.head_count_kv", new int[] {2, 4})));
        assertTrue(error.getMessage().contains("differs from layer to layer"), error.getMessage());
        assertThrows(
                ModelException.class,
                () -> logits(TinyModel.decoder().with(A + "attention.head_count_kv", new int[] {0, 0})));
    }
}
