// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.image.RgbImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Well-formed GGUFs that are no models: each ends in a typed, one-line error that names the file and the key or tensor
 * (contract cases G-15 to G-20 and G-22).
 */
class MalformedModelTest {
    private static final RgbImage GRAY = new RgbImage(2, 2, new byte[12]);

    @TempDir
    Path folder;

    private record Broken(String id, String named, TinyModel decoder, TinyModel vision) {}

    private static Broken decoder(String id, String named, TinyModel model) {
        return new Broken(id, named, model, TinyModel.vision());
    }

    private static Broken vision(String id, String named, TinyModel model) {
        return new Broken(id, named, TinyModel.decoder(), model);
    }

    private static Stream<Broken> broken() {
        String a = "llama.";
        String v = "clip.vision.";
        String t = "tokenizer.ggml.";
        List<Broken> cases = List.of(
                // G-15: wrong metadata types
                decoder("G-15", a + "block_count", TinyModel.decoder().with(a + "block_count", "2")),
                decoder("G-15", a + "rope.freq_base", TinyModel.decoder().with(a + "rope.freq_base", "big")),
                decoder("G-15", "general.architecture", TinyModel.decoder().with("general.architecture", 1)),
                decoder("G-15", t + "scores", TinyModel.decoder().with(t + "scores", new int[265])),
                decoder("G-15", t + "tokens", TinyModel.decoder().with(t + "tokens", "abc")),
                vision("G-15", v + "image_mean", TinyModel.vision().with(v + "image_mean", "gray")),
                vision("G-15", "clip.use_gelu", TinyModel.vision().with("clip.use_gelu", 1)),
                // G-16: hyper-parameters
                decoder("G-16", "head_count", TinyModel.decoder().with(a + "attention.head_count", 0)),
                decoder("G-16", "head_count", TinyModel.decoder().with(a + "attention.head_count", 5)),
                decoder("G-16", "head_count_kv", TinyModel.decoder().with(a + "attention.head_count_kv", 3)),
                decoder("G-16", "block_count", TinyModel.decoder().with(a + "block_count", Integer.MIN_VALUE)),
                decoder("G-16", "block_count", TinyModel.decoder().with(a + "block_count", 0)),
                decoder("G-16", "rope.freq_base", TinyModel.decoder().with(a + "rope.freq_base", 0f)),
                decoder("G-16", "rope.freq_base", TinyModel.decoder().with(a + "rope.freq_base", Float.NaN)),
                decoder("G-16", "context_length", TinyModel.decoder().with(a + "context_length", Integer.MIN_VALUE)),
                decoder("G-16", "context_length", TinyModel.decoder().with(a + "context_length", 1L << 40)),
                decoder("G-16", "rope.dimension_count", TinyModel.decoder().with(a + "rope.dimension_count", 5)),
                decoder("G-16", "rope.dimension_count", TinyModel.decoder().with(a + "rope.dimension_count", 0)),
                decoder("G-16", "rope.dimension_count", TinyModel.decoder().with(a + "rope.dimension_count", 10)),
                decoder("G-16", "dynamic", TinyModel.decoder().with(a + "rope.scaling.type", "dynamic")),
                decoder("G-16", "rope.scaling.factor", TinyModel.decoder().with(a + "rope.scaling.factor", 0f)),
                decoder("G-16", "value_length", TinyModel.decoder().with(a + "attention.value_length", 6)),
                decoder("G-17", "rope_freqs.weight", TinyModel.decoder().tensor("rope_freqs.weight", 1, 1, 1)),
                decoder("G-17", "rope_freqs.weight", TinyModel.decoder().tensor("rope_freqs.weight", 1, 1, 0, 1)),
                decoder(
                        "G-17",
                        "rope_freqs.weight",
                        TinyModel.decoder().tensor("rope_freqs.weight", 1, 1, 1, Float.NaN)),
                decoder("G-16", "epsilon", TinyModel.decoder().with(a + "attention.layer_norm_rms_epsilon", -1f)),
                decoder("G-16", "gpt-j", TinyModel.decoder().with("general.architecture", "gpt-j")),
                decoder("G-16", "embedding_length", TinyModel.decoder().without(a + "embedding_length")),
                // G-17: tensors
                decoder("G-17", "blk.1.ffn_up.weight", TinyModel.decoder().without("blk.1.ffn_up.weight")),
                decoder("G-17", "token_embd.weight", TinyModel.decoder().without("token_embd.weight")),
                decoder("G-17", "blk.0.attn_q.weight", TinyModel.decoder().shape("blk.0.attn_q.weight", 32, 31)),
                decoder("G-17", "output_norm.weight", TinyModel.decoder().shape("output_norm.weight", 32, 1)),
                decoder("G-17", "blk.2.", TinyModel.decoder().with(a + "block_count", 3)),
                decoder(
                        "G-17",
                        "token_embd.weight",
                        TinyModel.decoder().without("output.weight").shape("token_embd.weight", 32, 10)),
                vision("G-17", "v.blk.1.ln2.bias", TinyModel.vision().without("v.blk.1.ln2.bias")),
                vision("G-17", "mm.0.weight", TinyModel.vision().without("mm.0.weight")),
                vision("G-17", "v.position_embd.weight", TinyModel.vision().shape("v.position_embd.weight", 24, 16)),
                // G-18: vision keys
                vision("G-18", v + "patch_size", TinyModel.vision().with(v + "patch_size", 0)),
                vision("G-18", v + "image_size", TinyModel.vision().with(v + "image_size", 18)),
                vision("G-18", v + "image_size", TinyModel.vision().with(v + "image_size", 1 << 30)),
                vision("G-18", v + "image_mean", TinyModel.vision().with(v + "image_mean", new float[2])),
                vision("G-18", v + "image_std", TinyModel.vision().with(v + "image_std", new float[3])),
                vision("G-18", "head_count", TinyModel.vision().with(v + "attention.head_count", 7)),
                vision("G-18", "feature_layer", TinyModel.vision().with(v + "feature_layer", new int[] {3})),
                vision("G-18", "feature_layer", TinyModel.vision().with(v + "feature_layer", new int[] {1, 2})),
                vision("G-18", "projector_type", TinyModel.vision().with("clip.projector_type", "resampler")),
                vision("G-18", "image_aspect_ratio", TinyModel.vision().with(v + "image_aspect_ratio", "wide")),
                vision("G-18", "general.architecture", TinyModel.decoder()),
                decoder("G-18", "--mmproj", TinyModel.vision()),
                // G-19: two files that do not belong together
                vision(
                        "G-19",
                        "do not belong together",
                        TinyModel.vision().shape("mm.2.weight", 32, 40).shape("mm.2.bias", 40)),
                // G-20: tokenizer
                decoder("G-20", t + "tokens", TinyModel.decoder().with(t + "tokens", List.of())),
                decoder("G-20", t + "scores", TinyModel.decoder().with(t + "scores", new float[3])),
                decoder("G-20", t + "bos_token_id", TinyModel.decoder().with(t + "bos_token_id", 1 << 20)),
                decoder("G-20", t + "eos_token_id", TinyModel.decoder().with(t + "eos_token_id", -2)),
                decoder("G-20", t + "model", TinyModel.decoder().with(t + "model", "unigram")));
        return cases.stream();
    }

    @TestFactory
    Stream<DynamicTest> brokenModelsAreNamed() {
        return broken().map(each -> DynamicTest.dynamicTest(each.id + " " + each.named, () -> {
            Path decoder = each.decoder.write(folder, "decoder.gguf");
            Path vision = each.vision.write(folder, "mmproj.gguf");
            RuntimeException error = assertTimeoutPreemptively(
                    Duration.ofSeconds(5),
                    () -> assertThrows(
                            RuntimeException.class,
                            () -> Myna.load(
                                    decoder,
                                    vision,
                                    ModelOptions.builder().threads(1).build())));
            String message = String.valueOf(error.getMessage());
            assertTrue(
                    error instanceof ModelException || error instanceof GgufException,
                    error.getClass() + ": " + message);
            assertTrue(message.contains(".gguf") && message.contains(each.named), message);
            assertEquals(1, message.lines().count(), message);
        }));
    }

    /** G-22: NaN and infinite weights end generation in a typed error; nothing hangs or crashes. */
    @Test
    void g22NanAndInfiniteWeights() {
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Path decoder =
                    TinyModel.decoder().filledWith("blk.0.attn_k.weight", value).write(folder, "nan.gguf");
            try (Model model = Myna.loadTextOnly(
                            decoder, ModelOptions.builder().threads(1).build());
                    Session session = model.newSession(SessionOptions.defaults())) {
                Generation generation = session.generate(Message.of("a"), GenerationOptions.greedy());
                GenerationException error = assertThrows(GenerationException.class, generation::text);
                assertTrue(error.getMessage().contains("NaN"), error.getMessage());
            }
        }
    }

    @Test
    void imagesNeedAVisionFile() {
        Path decoder = TinyModel.decoder().write(folder, "text.gguf");
        try (Model model = Myna.loadTextOnly(
                        decoder, ModelOptions.builder().threads(1).build());
                Session session = model.newSession(SessionOptions.defaults())) {
            RequestException error = assertThrows(
                    RequestException.class, () -> session.generate(Message.of("a", GRAY), GenerationOptions.greedy()));
            assertTrue(error.getMessage().contains("mmproj"), error.getMessage());
        }
    }
}
