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
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TestDevice;
import dev.myna.engine.TokenSequence;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.family.Families;
import dev.myna.kernels.Rope;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.testing.NeedsOpenCl;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Text families on small random models: the tokens are those of llama.cpp, and bad numbers are refused by name. */
class TextVariantsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(TextVariants.class)
    void greedyTokensAreLlamaCpps(TextVariants variant) {
        assertGreedy(variant, TestDevice.VECTOR);
        assertGreedy(variant, TestDevice.JIT);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @EnumSource(TextVariants.class)
    void greedyTokensAreLlamaCppsOnOpenCl(TextVariants variant) {
        assertGreedy(variant, TestDevice.OPENCL);
    }

    private void assertGreedy(TextVariants variant, TestDevice device) {
        Path file = variant.model().write(folder, variant + ".gguf");
        SessionOptions options = SessionOptions.builder()
                .contextSize(variant.contextSize())
                .cacheTypes(TensorType.F32, TensorType.F32)
                .build();
        try (Model model = Myna.loadTextOnly(file, device.options());
                TokenSequence sequence = model.newTokenSequence(options)) {
            sequence.append(TextVariants.PROMPT);
            int[] actual = new int[variant.greedy().length];
            for (int i = 0; i < actual.length; i++) {
                float[] logits = sequence.logits();
                for (int id = 1; id < logits.length; id++) {
                    actual[i] = logits[id] > logits[actual[i]] ? id : actual[i];
                }
                sequence.append(actual[i]);
            }
            assertArrayEquals(variant.greedy(), actual, variant + ", " + device);
        }
    }

    /**
     * The likeliest tokens behind the prompt, and by how much llama.cpp's log probabilities are below that of the first. It takes GELU
     * from a table of 16-bit numbers, of three digits.
     */
    @Test
    void scoresOfGemma2AreLlamaCpps() {
        int[] ids = {78, 169, 251, 139, 231, 140, 110, 261};
        double[] below = {0, 0.07014, 0.36645, 0.37516, 0.45397, 0.52257, 0.54591, 0.54621};
        TinyModel bounded = TextVariants.GEMMA2.model();
        for (TestDevice device : List.of(TestDevice.VECTOR, TestDevice.JIT)) {
            float[] logits = logits(bounded.write(folder, "gemma2.gguf"), device);
            for (int i = 0; i < ids.length; i++) {
                assertEquals(below[i], logits[ids[0]] - logits[ids[i]], 5e-4, device + ", token " + ids[i]);
            }
        }
        float[] unbounded = logits(
                bounded.with("gemma2.attn_logit_softcapping", 50f).write(folder, "unbounded.gguf"), TestDevice.VECTOR);
        assertTrue(Math.abs(below[2] - (unbounded[ids[0]] - unbounded[ids[2]])) > 5e-3, "the bound is not felt");
    }

    private static float[] logits(Path file, TestDevice device) {
        SessionOptions options = SessionOptions.builder()
                .contextSize(64)
                .cacheTypes(TensorType.F32, TensorType.F32)
                .build();
        try (Model model = Myna.loadTextOnly(file, device.options());
                TokenSequence sequence = model.newTokenSequence(options)) {
            sequence.append(TextVariants.PROMPT);
            return sequence.logits().clone();
        }
    }

    /** Slow pairs turn by the factor less, fast ones as before. */
    @Test
    void yarnDividesSlowPairsOnly() {
        Rope plain = rope(TextVariants.LLAMA.model());
        Rope yarn = rope(TextVariants.LLAMA_YARN.model());
        assertEquals(plain.frequency(0), yarn.frequency(0));
        assertEquals(plain.frequency(3) / 4, yarn.frequency(3), 1e-9);
        assertEquals(1 + 0.1 * Math.log(4), yarn.magnitude(), 1e-6);
    }

    /** One kind of divisors is good up to the context that the model was trained for at first, the other beyond it. */
    @Test
    void longRopeFollowsTheSizeOfTheContext() {
        try (GgufFile file = GgufFile.open(TextVariants.PHI3_LONG.model().write(folder, "long.gguf"))) {
            DecoderConfig config = Families.decoderConfig(file);
            assertEquals(512, config.contextLength());
            assertFalse(config.ropes().isLonger(256));
            assertTrue(config.ropes().isLonger(257));
            assertEquals(List.of(1f, 1.1f, 1.3f, 1.7f), config.rope().divisors());
            assertEquals(List.of(1f, 2f, 4f, 8f), config.ropes().longer().divisors());
        }
        TinyModel shortAlone = TextVariants.PHI3_LONG.model().without("rope_factors_long.weight");
        try (GgufFile file = GgufFile.open(shortAlone.write(folder, "short.gguf"))) {
            assertEquals(256, Families.decoderConfig(file).contextLength());
        }
        assertNotEquals(rope(TextVariants.PHI3.model()), rope(TextVariants.PHI3_LONG.model()));
    }

    private Rope rope(TinyModel model) {
        try (GgufFile file = GgufFile.open(model.write(folder, "rope.gguf"))) {
            return Families.decoderConfig(file).rope();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GEMMA2, gemma2.attn_logit_softcapping, 0",
        "GEMMA2, gemma2.final_logit_softcapping, -1",
        "MINISTRAL3, mistral3.attention.temperature_scale, -1",
        "MINISTRAL3, mistral3.rope.scaling.yarn_log_multiplier, -1",
        "GRANITE, granite.embedding_scale, 0",
        "GRANITE, granite.residual_scale, -1",
        "GRANITE, granite.logit_scale, 0",
        "GRANITE, granite.attention.scale, 0",
        "COMMAND_R, command-r.logit_scale, -0.5",
        "COMMAND_R, command-r.attention.layer_norm_epsilon, 0",
        "GEMMA3, gemma3.rope.freq_base_swa, 0",
        "GEMMA3, gemma3.final_logit_softcapping, -1",
        "LLAMA_YARN, llama.rope.scaling.factor, 0",
        "LLAMA_YARN, llama.rope.scaling.yarn_beta_fast, 0",
        "PHI3_LONG, phi3.rope.scaling.attn_factor, 0"
    })
    void badFactorsAreNamed(TextVariants variant, String key, float value) {
        assertRefused(variant.model().with(key, value), key);
    }

    @ParameterizedTest
    @CsvSource({
        "GEMMA3, gemma3.attention.sliding_window, 0",
        "GEMMA3, gemma3.attention.sliding_window_pattern, 0",
        "COHERE2, cohere2.attention.sliding_window, 0",
        "LLAMA_YARN, llama.rope.scaling.original_context_length, 0"
    })
    void badCountsAreNamed(TextVariants variant, String key, int value) {
        assertRefused(variant.model().with(key, value), key);
    }

    @ParameterizedTest
    @CsvSource({
        "GEMMA2, gemma2.attention.sliding_window",
        "GEMMA2, blk.1.post_attention_norm.weight",
        "MINISTRAL3, mistral3.rope.scaling.original_context_length",
        "GEMMA3, gemma3.attention.sliding_window",
        "COHERE2, cohere2.attention.sliding_window",
        "GEMMA3, blk.1.post_ffw_norm.weight",
        "GEMMA3, blk.1.attn_q_norm.weight",
        "PHI3, blk.2.attn_qkv.weight",
        "PHI3_LONG, rope_factors_short.weight"
    })
    void missingKeysAndTensorsAreNamed(TextVariants variant, String name) {
        assertRefused(variant.model().without(name), name);
    }

    @Test
    void fusedMatricesOfAnotherShapeAreNamed() {
        assertRefused(
                TextVariants.PHI3.model().shape("blk.1.attn_qkv.weight", TinyModel.WIDTH, TinyModel.WIDTH),
                "blk.1.attn_qkv.weight");
        assertRefused(
                TextVariants.PHI3.model().shape("blk.1.ffn_up.weight", TinyModel.WIDTH, 48), "blk.1.ffn_up.weight");
    }

    private void assertRefused(TinyModel model, String name) {
        Path file = model.write(folder, "bad.gguf");
        RuntimeException refused = assertThrows(
                RuntimeException.class,
                () -> Myna.loadTextOnly(file, TestDevice.VECTOR.options()).close());
        assertTrue(refused instanceof GgufException || refused instanceof ModelException, refused.toString());
        assertTrue(refused.getMessage().contains(name), refused.getMessage());
        assertTrue(refused.getMessage().contains("bad.gguf"), refused.getMessage());
    }

    /** Logits stay within the bound that a file states. */
    @Test
    void softCapBoundsTheLogits() {
        Path file = TextVariants.GEMMA3
                .model()
                .with("gemma3.final_logit_softcapping", 2f)
                .write(folder, "capped.gguf");
        try (Model model = Myna.loadTextOnly(file, TestDevice.VECTOR.options());
                TokenSequence sequence = model.newTokenSequence(SessionOptions.defaults())) {
            sequence.append(TextVariants.PROMPT);
            float largest = 0;
            for (float logit : sequence.logits()) {
                largest = Math.max(largest, Math.abs(logit));
            }
            assertTrue(largest > 1.5 && largest <= 2, "" + largest);
        }
    }
}
