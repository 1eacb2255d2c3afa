// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.check.Unused;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.family.Families;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionEncoder;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Vision files of Qwen2-VL, Qwen2.5-VL and Qwen3-VL: what they must say, what is refused, and how many positions images take. */
class QwenVisionFilesTest {
    private static final String QWEN2 = "qwen2vl_merger";
    private static final String QWEN25 = "qwen2.5vl_merger";
    private static final String QWEN3 = "qwen3vl_merger";

    private static final String MIN = "clip.vision.image_min_pixels";
    private static final String MAX = "clip.vision.image_max_pixels";

    @TempDir
    Path folder;

    /** Two layers of 16, patches of 4 pixels. */
    static TinyModel tiny(String projector) {
        boolean third = projector.equals(QWEN3);
        boolean gated = projector.equals(QWEN25);
        TinyModel model = new TinyModel()
                .with("general.architecture", "clip")
                .with("clip.has_vision_encoder", true)
                .with("clip.projector_type", projector)
                .with("clip.vision.image_size", 56)
                .with("clip.vision.patch_size", 4)
                .with("clip.vision.embedding_length", 16)
                .with("clip.vision.feed_forward_length", 0)
                .with("clip.vision.projection_dim", TinyModel.WIDTH)
                .with("clip.vision.block_count", 2)
                .with("clip.vision.attention.head_count", 2)
                .with("clip.vision.attention.layer_norm_epsilon", 1e-6f)
                .with("clip.vision.image_mean", new float[] {0.5f, 0.5f, 0.5f})
                .with("clip.vision.image_std", new float[] {0.5f, 0.5f, 0.5f});
        model.shape("v.patch_embd.weight", 4, 4, 3, 16).shape("v.patch_embd.weight.1", 4, 4, 3, 16);
        if (third) {
            model.with("clip.use_gelu", true).shape("v.patch_embd.bias", 16).shape("v.position_embd.weight", 16, 9);
            pair(model, "v.deepstack.0.norm", 64);
            pair(model, "v.deepstack.0.fc1", 64, 64);
            pair(model, "v.deepstack.0.fc2", 64, TinyModel.WIDTH);
        }
        if (gated) {
            model.with("clip.use_silu", true).with("clip.vision.n_wa_pattern", 2);
        }
        for (int i = 0; i < 2; i++) {
            String block = "v.blk." + i + ".";
            norm(model, block + "ln1", gated);
            norm(model, block + "ln2", gated);
            for (String name : third ? List.of("attn_qkv") : List.of("attn_q", "attn_k", "attn_v")) {
                pair(model, block + name, 16, third ? 48 : 16);
            }
            pair(model, block + "attn_out", 16, 16);
            pair(model, block + "ffn_up", 16, 40);
            if (gated) {
                pair(model, block + "ffn_gate", 16, 40);
            }
            pair(model, block + "ffn_down", 40, 16);
        }
        norm(model, "v.post_ln", gated);
        pair(model, "mm.0", 64, 64);
        pair(model, "mm.2", 64, TinyModel.WIDTH);
        return model;
    }

    private static void norm(TinyModel model, String name, boolean withoutBias) {
        model.shape(name + ".weight", 16);
        if (!withoutBias) {
            model.shape(name + ".bias", 16);
        }
    }

    private static void pair(TinyModel model, String name, long... shape) {
        model.shape(name + ".weight", shape).shape(name + ".bias", shape[shape.length - 1]);
    }

    private interface Use {
        void with(GgufFile file, VisionEncoder encoder);
    }

    private void load(TinyModel model, ImageTokens tokens, Use use) {
        try (GgufFile file = GgufFile.open(model.write(folder, "mmproj.gguf"));
                Device device = Devices.cpu(1, CpuKernels.SCALAR)) {
            VisionConfig config = Families.visionConfig(file);
            VisionEncoder encoder = new VisionEncoder(file, config, tokens, device);
            Unused.refuse(file, Unused.vision(file, config), false);
            use.with(file, encoder);
        }
    }

    private int rows(TinyModel model, ImageTokens tokens, int width, int height) {
        int[] rows = {0};
        load(model, tokens, (file, encoder) -> rows[0] = encoder.rows(width, height, ImageMode.AUTO));
        return rows[0];
    }

    @Test
    void allGenerationsEncodeImagesOfAnySize() {
        for (String projector : new String[] {QWEN2, QWEN25, QWEN3}) {
            load(tiny(projector), new ImageTokens(1, 200), (file, encoder) -> {
                assertEquals(List.of(), Unused.vision(file, encoder.config()), projector);
                RgbImage image = new RgbImage(83, 30, new byte[3 * 83 * 30]);
                float[] rows = encoder.encode(image, ImageMode.AUTO);
                assertEquals(10 * 4, encoder.rows(83, 30, ImageMode.AUTO));
                assertEquals(40 * TinyModel.WIDTH * (projector.equals(QWEN3) ? 2 : 1), rows.length);
                assertEquals(rows.length, 40 * encoder.width());
            });
        }
    }

    @Test
    void limitsAreTheFamilysTheFilesOrTheCallers() {
        ImageTokens standard = ImageTokens.STANDARD;
        assertEquals(4, rows(tiny(QWEN2), standard, 1, 1));
        assertEquals(64, rows(tiny(QWEN3), standard, 1, 1));
        assertTrue(rows(tiny(QWEN2), standard, 1000, 1000) <= ImageTokens.STANDARD_MAX);
        assertTrue(rows(tiny(QWEN2), standard, 1000, 1000) > ImageTokens.STANDARD_MAX * 9 / 10);
        assertEquals(9, rows(tiny(QWEN2).with(MIN, 9 * 64), standard, 1, 1));
        assertEquals(16, rows(tiny(QWEN2).with(MAX, 16 * 64), standard, 1000, 1000));
        assertEquals(16, rows(tiny(QWEN3).with(MAX, 16 * 64), standard, 1000, 1000));
        assertEquals(36, rows(tiny(QWEN3).with(MAX, 16 * 64), new ImageTokens(25, 36), 1000, 1000));
        assertEquals(25, rows(tiny(QWEN3).with(MAX, 16 * 64), new ImageTokens(25, 36), 1, 1));
    }

    /** What a file wants at least is no way round the standard. */
    @Test
    void filesCannotEnlargeImagesBeyondTheStandard() {
        assertEquals(
                ImageTokens.STANDARD_MAX, rows(tiny(QWEN2).with(MIN, Integer.MAX_VALUE), ImageTokens.STANDARD, 1, 1));
    }

    @Test
    void squareTilesHaveNoTokensToChoose() {
        RequestException refused =
                assertThrows(RequestException.class, () -> rows(TinyModel.vision(), new ImageTokens(4, 16), 10, 10));
        assertTrue(refused.getMessage().contains("--image-tokens"), refused.getMessage());
    }

    @ParameterizedTest
    @MethodSource("broken")
    void brokenFilesAreNamed(String named, TinyModel model) {
        RuntimeException refused =
                assertThrows(RuntimeException.class, () -> rows(model, ImageTokens.STANDARD, 60, 60));
        assertTrue(refused instanceof ModelException || refused instanceof GgufException, refused.toString());
        assertTrue(
                refused.getMessage().contains("mmproj.gguf")
                        && refused.getMessage().contains(named),
                refused.getMessage());
        assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
    }

    static Stream<Arguments> broken() {
        String heads = "clip.vision.attention.head_count";
        String pattern = "clip.vision.n_wa_pattern";
        String window = "clip.vision.window_size";
        String merge = "clip.vision.spatial_merge_size";
        return Stream.of(
                Arguments.of(heads, tiny(QWEN2).with(heads, 8)),
                Arguments.of(heads, tiny(QWEN2).with(heads, 3)),
                Arguments.of(pattern, tiny(QWEN25).without(pattern)),
                Arguments.of(pattern, tiny(QWEN25).with(pattern, 0)),
                Arguments.of(pattern, tiny(QWEN2).with(pattern, 2)),
                Arguments.of(window, tiny(QWEN25).with(window, 7)),
                Arguments.of(merge, tiny(QWEN3).with(merge, 3)),
                Arguments.of(MIN, tiny(QWEN2).with(MIN, 1000).with(MAX, 999)),
                Arguments.of(MAX, tiny(QWEN2).with(MAX, 0)),
                Arguments.of("v.patch_embd.weight.1", tiny(QWEN2).without("v.patch_embd.weight.1")),
                Arguments.of("v.patch_embd.bias", tiny(QWEN3).without("v.patch_embd.bias")),
                Arguments.of("v.position_embd.weight", tiny(QWEN3).shape("v.position_embd.weight", 16, 10)),
                Arguments.of("v.position_embd.weight", tiny(QWEN25).shape("v.position_embd.weight", 16, 9)),
                Arguments.of("attn_qkv", tiny(QWEN3).shape("v.blk.1.attn_qkv.weight", 16, 32)),
                Arguments.of("ffn_gate", tiny(QWEN25).without("v.blk.1.ffn_gate.weight")),
                Arguments.of("ffn_up", tiny(QWEN2).shape("v.blk.1.ffn_up.weight", 16, 41)),
                Arguments.of("mm.2.bias", tiny(QWEN2).without("mm.2.bias")),
                Arguments.of("mm.0.weight", tiny(QWEN2).shape("mm.0.weight", 16, 64)),
                Arguments.of("v.deepstack.0.fc2", tiny(QWEN3).shape("v.deepstack.0.fc2.weight", 64, 16)),
                Arguments.of("v.deepstack.7", tiny(QWEN3).shape("v.deepstack.7.norm.weight", 64)),
                Arguments.of(
                        "out of proportion",
                        tiny(QWEN2)
                                .with("clip.vision.patch_size", 4096)
                                .shape("v.patch_embd.weight", 1)
                                .shape("v.patch_embd.weight.1", 1)));
    }

    @Test
    void filesWithBothHalvesInOneAreRefusedByName() {
        TinyModel one =
                TinyModel.decoder().with("general.architecture", "qwen25vl").with("qwen25vl.vision.block_count", 2);
        try (GgufFile file = GgufFile.open(one.write(folder, "decoder.gguf"))) {
            ModelException refused = assertThrows(ModelException.class, () -> Families.decoderConfig(file));
            assertTrue(
                    refused.getMessage().contains("qwen25vl.vision.block_count")
                            && refused.getMessage().contains("Ollama")
                            && refused.getMessage().contains("mmproj"),
                    refused.getMessage());
        }
    }
}
