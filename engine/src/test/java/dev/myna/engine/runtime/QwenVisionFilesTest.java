// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTiles;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.check.ModelCheck;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.family.Families;
import dev.myna.engine.vision.VisionEncoder;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Vision files of the Qwen families: what they must say, what is refused, and how many positions images take. */
class QwenVisionFilesTest {
    private static final String QWEN2 = "qwen2vl_merger";
    private static final String QWEN25 = "qwen2.5vl_merger";
    private static final String QWEN3 = "qwen3vl_merger";
    private static final int WIDTH = 24;
    private static final int INNER = 40;

    @TempDir
    Path folder;

    /** A tower of two layers with patches of 4 pixels; of Qwen3-VL, with a deepstack row of its first layer. */
    private static TinyModel tiny(String type) {
        TinyModel model = TinyModel.vision();
        model.tensors.clear();
        model.metadata.remove("clip.use_gelu");
        model.with("clip.projector_type", type).with("clip.vision.feed_forward_length", 0);
        model.shape("v.patch_embd.weight", 4, 4, 3, WIDTH).shape("v.patch_embd.weight.1", 4, 4, 3, WIDTH);
        boolean biased = !type.equals(QWEN25);
        for (int i = 0; i < 2; i++) {
            String block = "v.blk." + i + ".";
            for (String name : type.equals(QWEN3) ? List.of("attn_qkv") : List.of("attn_q", "attn_k", "attn_v")) {
                linear(model, block + name, WIDTH, type.equals(QWEN3) ? 3 * WIDTH : WIDTH);
            }
            linear(model, block + "attn_out", WIDTH, WIDTH);
            norm(model, block + "ln1", WIDTH, biased);
            norm(model, block + "ln2", WIDTH, biased);
            linear(model, block + "ffn_up", WIDTH, INNER);
            linear(model, block + "ffn_down", INNER, WIDTH);
            if (type.equals(QWEN25)) {
                linear(model, block + "ffn_gate", WIDTH, INNER);
            }
        }
        norm(model, "v.post_ln", WIDTH, biased);
        linear(model, "mm.0", 4 * WIDTH, 4 * WIDTH);
        linear(model, "mm.2", 4 * WIDTH, TinyModel.WIDTH);
        if (type.equals(QWEN25)) {
            model.with("clip.vision.n_wa_pattern", 2)
                    .with("clip.use_silu", true)
                    .with("clip.vision.window_size", 16);
        }
        if (type.equals(QWEN3)) {
            model.with("clip.use_gelu", true)
                    .shape("v.patch_embd.bias", WIDTH)
                    .shape("v.position_embd.weight", WIDTH, 9);
            norm(model, "v.deepstack.0.norm", 4 * WIDTH, true);
            linear(model, "v.deepstack.0.fc1", 4 * WIDTH, 4 * WIDTH);
            linear(model, "v.deepstack.0.fc2", 4 * WIDTH, TinyModel.WIDTH);
        }
        return model.with("clip.vision.attention.head_count", 2);
    }

    private static void linear(TinyModel model, String name, int inputs, int outputs) {
        model.shape(name + ".weight", inputs, outputs).shape(name + ".bias", outputs);
    }

    private static void norm(TinyModel model, String name, int width, boolean biased) {
        model.shape(name + ".weight", width);
        if (biased) {
            model.shape(name + ".bias", width);
        }
    }

    private GgufFile open(TinyModel model) {
        return GgufFile.open(model.write(folder, "mmproj.gguf"));
    }

    private static VisionEncoder encoder(GgufFile file, Device device, ImageTokens tokens) {
        return new VisionEncoder(file, Families.visionConfig(file), tokens, ImageTiles.STANDARD, device);
    }

    @ParameterizedTest
    @ValueSource(strings = {QWEN2, QWEN25, QWEN3})
    void imagesTakeARowForEveryFourPatches(String type) {
        try (GgufFile file = open(tiny(type));
                Device device = Devices.cpu(1)) {
            VisionEncoder encoder = encoder(file, device, new ImageTokens(1, 100));
            RgbImage image = new RgbImage(43, 17, new byte[3 * 43 * 17]);
            assertEquals(10, encoder.rows(43, 17, ImageMode.AUTO));
            assertEquals(TinyModel.WIDTH * (type.equals(QWEN3) ? 2 : 1), encoder.width());
            assertEquals(10 * encoder.width(), encoder.encode(image, ImageMode.AUTO).length);
            assertTrue(encoder.fixedRows().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {QWEN2, QWEN25, QWEN3})
    void nothingOfAFileIsLeftUnused(String type) {
        try (GgufFile file = open(tiny(type))) {
            assertEquals(List.of(), ModelCheck.vision(file));
        }
    }

    @Test
    void sizesOfImagesStayWithinTheLimits() {
        TinyModel limited =
                tiny(QWEN2).with("clip.vision.image_min_pixels", 6 * 64).with("clip.vision.image_max_pixels", 50 * 64);
        try (GgufFile file = open(limited);
                Device device = Devices.cpu(1)) {
            VisionEncoder ofFile = encoder(file, device, ImageTokens.STANDARD);
            assertEquals(9, ofFile.rows(1, 1, ImageMode.AUTO));
            assertEquals(49, ofFile.rows(1000, 1000, ImageMode.AUTO));
            VisionEncoder ofCaller = encoder(file, device, new ImageTokens(1, 16));
            assertEquals(1, ofCaller.rows(1, 1, ImageMode.AUTO));
            assertEquals(16, ofCaller.rows(1000, 1000, ImageMode.AUTO));
        }
        try (GgufFile file = open(tiny(QWEN2));
                Device device = Devices.cpu(1)) {
            assertEquals(
                    ImageTokens.STANDARD_MAX,
                    encoder(file, device, ImageTokens.STANDARD).rows(4000, 4000, ImageMode.AUTO));
        }
    }

    /** The least of Qwen3-VL is 64 positions, unless a file allows fewer at most. */
    @Test
    void aLowerMostLowersTheLeast() {
        try (GgufFile file = open(tiny(QWEN3).with("clip.vision.image_max_pixels", 16 * 64));
                Device device = Devices.cpu(1)) {
            VisionEncoder encoder = encoder(file, device, ImageTokens.STANDARD);
            assertEquals(16, encoder.rows(1, 1, ImageMode.AUTO));
            assertEquals(16, encoder.rows(1000, 1000, ImageMode.AUTO));
        }
    }

    /** The memory that a file may ask for without a caller's word is bounded, not what a caller asks for. */
    @Test
    void callersMayAskForMorePositionsThanAFileMay() {
        TinyModel wide = tiny(QWEN2).with("clip.vision.patch_size", 40);
        wide.shape("v.patch_embd.weight", 40, 40, 3, WIDTH).shape("v.patch_embd.weight.1", 40, 40, 3, WIDTH);
        try (GgufFile file = open(wide);
                Device device = Devices.cpu(1)) {
            ImageTokens most = new ImageTokens(1, ImageTokens.MOST);
            assertEquals(40 * 50, encoder(file, device, most).rows(50 * 80, 40 * 80, ImageMode.AUTO));
            assertTrue(encoder(file, device, ImageTokens.STANDARD).rows(50 * 80, 40 * 80, ImageMode.AUTO)
                    <= ImageTokens.STANDARD_MAX);
        }
    }

    @Test
    void limitsOutOfBoundsAreRefused() {
        for (int[] wrong : new int[][] {{0, 5}, {5, 4}, {1, 16385}, {-1, 1}, {5, 0}}) {
            assertThrows(RequestException.class, () -> new ImageTokens(wrong[0], wrong[1]));
        }
    }

    @Test
    void modelsWithTilesOfOneSizeRefuseLimits() {
        Path decoder = TinyModel.decoder().write(folder, "decoder.gguf");
        Path vision = TinyModel.vision().write(folder, "mmproj.gguf");
        ModelOptions options = ModelOptions.builder()
                .threads(1)
                .imageTokens(new ImageTokens(4, 64))
                .build();
        RequestException refused = assertThrows(RequestException.class, () -> Myna.load(decoder, vision, options));
        assertTrue(refused.getMessage().contains("--image-tokens does not apply"), refused.getMessage());
    }

    /** Files of Ollama's own hold both halves. */
    @Test
    void combinedFilesAreRefusedByName() {
        for (String architecture : List.of("qwen25vl", "qwen3vl")) {
            TinyModel both = TinyModel.decoder()
                    .with("general.architecture", architecture)
                    .with(architecture + ".vision.block_count", 32);
            Path file = both.write(folder, "both.gguf");
            ModelException refused = assertThrows(
                    ModelException.class,
                    () -> Myna.loadTextOnly(
                            file, ModelOptions.builder().threads(1).build()));
            assertTrue(refused.getMessage().contains(architecture + ".vision.block_count"), refused.getMessage());
            assertTrue(refused.getMessage().contains("Ollama"), refused.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("broken")
    void brokenFilesAreNamed(String named, TinyModel model) {
        try (GgufFile file = open(model);
                Device device = Devices.cpu(1)) {
            RuntimeException refused =
                    assertThrows(RuntimeException.class, () -> encoder(file, device, ImageTokens.STANDARD));
            assertTrue(refused instanceof ModelException || refused instanceof GgufException, refused.toString());
            assertTrue(
                    refused.getMessage().contains("mmproj.gguf")
                            && refused.getMessage().contains(named),
                    refused.getMessage());
            assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
        }
    }

    static Stream<Arguments> broken() {
        String pattern = "clip.vision.n_wa_pattern";
        String positions = "v.position_embd.weight";
        String min = "clip.vision.image_min_pixels";
        String deep = "clip.vision.is_deepstack_layers";
        return Stream.of(
                Arguments.of(deep + " names the layers [1]", tiny(QWEN3).with(deep, new boolean[] {false, true})),
                Arguments.of(deep + " names the layers []", tiny(QWEN3).with(deep, new boolean[2])),
                Arguments.of(deep + " has 3 entries", tiny(QWEN3).with(deep, new boolean[] {true, false, false})),
                Arguments.of(deep, tiny(QWEN3).with(deep, new int[] {1, 0})),
                Arguments.of("for [0]", tiny(QWEN3).with(deep, new boolean[2])),
                Arguments.of(pattern, tiny(QWEN25).without(pattern)),
                Arguments.of(pattern, tiny(QWEN25).with(pattern, 0)),
                Arguments.of("clip.vision.window_size", tiny(QWEN25).with("clip.vision.window_size", 7)),
                Arguments.of("clip.vision.spatial_merge_size", tiny(QWEN2).with("clip.vision.spatial_merge_size", 3)),
                Arguments.of("multiple of 4", tiny(QWEN2).with("clip.vision.attention.head_count", 4)),
                Arguments.of("clip.vision.patch_size", tiny(QWEN2).with("clip.vision.patch_size", 0)),
                Arguments.of("v.patch_embd.weight", tiny(QWEN2).with("clip.vision.patch_size", 8)),
                Arguments.of("v.patch_embd.weight.1", tiny(QWEN2).without("v.patch_embd.weight.1")),
                Arguments.of("v.patch_embd.bias", tiny(QWEN3).without("v.patch_embd.bias")),
                Arguments.of("v.blk.0.ffn_down.weight", tiny(QWEN2).without("v.blk.0.ffn_down.weight")),
                Arguments.of("v.blk.1.ffn_up.weight", tiny(QWEN2).shape("v.blk.1.ffn_up.weight", WIDTH, 48)),
                Arguments.of("v.blk.1.attn_qkv.weight", tiny(QWEN3).shape("v.blk.1.attn_qkv.weight", WIDTH, WIDTH)),
                Arguments.of("v.blk.0.ffn_gate.weight", tiny(QWEN25).without("v.blk.0.ffn_gate.weight")),
                Arguments.of(positions, tiny(QWEN3).without(positions)),
                Arguments.of(positions, tiny(QWEN3).shape(positions, WIDTH, 10)),
                Arguments.of(positions, tiny(QWEN3).shape(positions, 8, 9)),
                Arguments.of("mm.2.bias", tiny(QWEN2).without("mm.2.bias")),
                Arguments.of("mm.0.weight", tiny(QWEN2).shape("mm.0.weight", WIDTH, 4 * WIDTH)),
                Arguments.of("v.deepstack.0.fc2", tiny(QWEN3).shape("v.deepstack.0.fc2.weight", 4 * WIDTH, 8)),
                Arguments.of("v.deepstack.0.fc1", tiny(QWEN3).without("v.deepstack.0.fc1.weight")),
                Arguments.of(min, tiny(QWEN2).with(min, 1 << 30)),
                Arguments.of(min, tiny(QWEN2).with(min, 0)),
                Arguments.of("clip.vision.image_std", tiny(QWEN3).with("clip.vision.image_std", new float[3])));
    }
}
