// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTiles;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.TestDevice;
import dev.myna.engine.check.ModelCheck;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.family.Families;
import dev.myna.kernels.Device;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Other layouts of the same vision files, options for tiles, and files with bad values. */
@NeedsGolden
class SiglipFilesTest {
    @TempDir
    Path folder;

    @Test
    void exchangedNamesOfTheFeedForwardMatricesChangeNothing() throws IOException {
        for (String family : List.of("gemma3", "smolvlm")) {
            SiglipVisionCase golden = first(family, "");
            Path old = rewritten(golden, Map.of(), tensors -> {
                Map<String, Tensor> renamed = new LinkedHashMap<>();
                tensors.forEach((name, tensor) -> renamed.put(
                        name.contains("ffn_up")
                                ? name.replace("ffn_up", "ffn_down")
                                : name.replace("ffn_down", "ffn_up"),
                        tensor));
                return renamed;
            });
            assertArrayEquals(rows(golden.file(), golden), rows(old, golden));
        }
    }

    @Test
    void fusedQueriesKeysAndValuesChangeNothing() throws IOException {
        for (String model : List.of("internvl3-f32", "internvl3-6b-style")) {
            SiglipVisionCase golden = first("internvl3", model);
            Path fused = rewritten(golden, Map.of(), tensors -> {
                Map<String, Tensor> joined = new LinkedHashMap<>();
                tensors.forEach((name, tensor) -> {
                    if (name.contains("attn_q.")) {
                        joined.put(
                                name.replace("attn_q", "attn_qkv"),
                                joined(
                                        tensor,
                                        tensors.get(name.replace("attn_q", "attn_k")),
                                        tensors.get(name.replace("attn_q", "attn_v"))));
                    } else if (!name.contains("attn_k.") && !name.contains("attn_v.")) {
                        joined.put(name, tensor);
                    }
                });
                return joined;
            });
            assertArrayEquals(rows(golden.file(), golden), rows(fused, golden));
            try (GgufFile file = GgufFile.open(fused)) {
                assertEquals(List.of(), ModelCheck.vision(file));
            }
        }
    }

    private static Tensor joined(Tensor... tensors) {
        long bytes = tensors[0].data().byteSize();
        MemorySegment data = Arena.ofAuto().allocate(bytes * tensors.length, 64);
        for (int i = 0; i < tensors.length; i++) {
            data.asSlice(i * bytes, bytes).copyFrom(tensors[i].data());
        }
        List<Long> shape = tensors[0].shape().size() == 1
                ? List.of(tensors[0].width() * tensors.length)
                : List.of(tensors[0].width(), tensors[0].rows() * tensors.length);
        return new Tensor(tensors[0].name(), tensors[0].type(), shape, data);
    }

    /** What is not said must not make rows that look right. */
    @Test
    void filesThatDoNotSayGeluMeanItsFormOfTheFamily() throws IOException {
        SiglipVisionCase golden = first("gemma3", "");
        Path silent = rewritten(golden, Collections.singletonMap("clip.use_gelu", null), same());
        assertArrayEquals(rows(golden.file(), golden), rows(silent, golden));
    }

    @ParameterizedTest
    @CsvSource({
        "gemma3, clip.vision.projector.scale_factor, 5",
        "gemma3, clip.vision.patch_size, 169",
        "smolvlm, clip.vision.projector.scale_factor, 3",
        "smolvlm, clip.vision.projector.scale_factor, 0",
        "smolvlm, clip.vision.preproc_image_size, 4097",
        "smolvlm, clip.vision.preproc_image_size, 4096",
        "internvl3, clip.vision.projector.scale_factor, 4",
        "internvl3, clip.vision.preproc_min_tiles, 13",
        "internvl3, clip.vision.preproc_max_tiles, 257",
        "ayavision, clip.vision.preproc_max_tiles, 0",
        "llava, clip.vision.anyres_max_tiles, 0",
    })
    void badNumbersAreRefusedByName(String family, String key, int value) throws IOException {
        SiglipVisionCase golden = first(family, "");
        Path bad = rewritten(golden, Map.of(key, value), same());
        RuntimeException refused = assertThrows(RuntimeException.class, () -> {
            try (GgufFile file = GgufFile.open(bad)) {
                ModelCheck.vision(file);
            }
        });
        assertTrue(refused instanceof ModelException || refused instanceof GgufException, refused.toString());
        assertTrue(refused.getMessage().contains(key), refused.getMessage());
        assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
    }

    /** Each tensor is needed. */
    @ParameterizedTest
    @CsvSource({
        "gemma3,",
        "smolvlm,",
        "internvl3, internvl3-f32",
        "ayavision,",
        "llava, onevision-f32",
        "llava, centurio-f32"
    })
    void missingTensorsAreRefusedByName(String family, String model) throws IOException {
        SiglipVisionCase golden = first(family, model == null ? "" : model);
        List<String> names;
        try (GgufFile file = GgufFile.open(golden.file())) {
            names = file.tensors().keySet().stream()
                    .filter(name -> !name.startsWith("v.blk.1.") && !name.startsWith("v.blk.2."))
                    // Without it the tower is CLIP's, or the connector Command A's.
                    .filter(name -> !name.equals("v.patch_embd.bias") && !name.equals("mm.input_norm.weight"))
                    // Their first one tells the kind of layer.
                    .filter(name -> !name.equals("v.blk.0.ln1.bias") && !name.equals("v.blk.0.attn_q.bias"))
                    .toList();
        }
        for (String name : names) {
            Path bad = rewritten(golden, Map.of(), tensors -> {
                Map<String, Tensor> fewer = new LinkedHashMap<>(tensors);
                fewer.remove(name);
                return fewer;
            });
            RuntimeException refused = assertThrows(
                    RuntimeException.class,
                    () -> {
                        try (GgufFile file = GgufFile.open(bad)) {
                            ModelCheck.vision(file);
                        }
                    },
                    name);
            assertTrue(refused.getMessage().contains(name), refused.toString());
        }
    }

    @Test
    void widthsOfRowsAreReadFromTheLastTensor() {
        for (String family : List.of("gemma3", "smolvlm", "internvl3", "ayavision", "llava")) {
            try (GgufFile file = GgufFile.open(first(family, "").file())) {
                assertEquals(OptionalInt.of(64), Families.projectorWidth(file), family);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "smolvlm, 0, 10",
        "smolvlm, 9, 10",
        "smolvlm, 8, 5",
        "smolvlm, 1, 1",
        "internvl3, 0, 13",
        "internvl3, 12, 13",
        "internvl3, 11, 7",
        "internvl3, 4, 5",
        "internvl3, 2, 1",
        "internvl3, 1, 1",
        "ayavision, 5, 5",
        "llava, 0, 10",
        "llava, 4, 5",
        "llava, 1, 1"
    })
    void tilesAreLimited(String family, int most, int tiles) {
        SiglipVisionCase golden = first(family, "");
        RgbImage image = golden.images().getFirst();
        try (GgufFile file = GgufFile.open(golden.file());
                Device device = TestDevice.VECTOR.open()) {
            VisionEncoder encoder = encoder(file, new ImageTiles(most, false), device);
            assertEquals(
                    tiles,
                    encoder.layout(image.width(), image.height(), ImageMode.AUTO)
                            .cut(image, Checkpoint.NONE)
                            .size());
        }
    }

    @Test
    void cropsOnDemandAreOfGemmaAlone() {
        try (GgufFile gemma = GgufFile.open(first("gemma3", "").file());
                GgufFile intern = GgufFile.open(first("internvl3", "").file());
                Device device = TestDevice.VECTOR.open()) {
            ImageTiles crops = new ImageTiles(0, true);
            VisionEncoder encoder = encoder(gemma, crops, device);
            assertEquals(9 * 5, encoder.rows(2000, 500, ImageMode.AUTO));
            assertEquals(9, encoder.rows(500, 500, ImageMode.AUTO));
            assertTrue(encoder.fixedRows().isEmpty());
            assertEquals(9 * 3, encoder(gemma, new ImageTiles(2, true), device).rows(2000, 500, ImageMode.AUTO));
            RequestException refused = assertThrows(RequestException.class, () -> encoder(intern, crops, device));
            assertTrue(refused.getMessage().contains("--pan-and-scan"), refused.getMessage());
        }
    }

    private static VisionEncoder encoder(GgufFile file, ImageTiles tiles, Device device) {
        return new VisionEncoder(file, Families.visionConfig(file), ImageTokens.STANDARD, tiles, device);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gemma3  |               | 3 | 0  | --tiles does not apply to Gemma 3 (9 positions per image, stretched to a square); use --pan-and-scan, and --tiles N with it
            gemma3  |               | 0 | 64 | --image-tokens does not apply to Gemma 3 (9 positions per image, stretched to a square); use --pan-and-scan, and --tiles N with it
            llava   | maya-f32      | 1 | 0  | --tiles does not apply to Maya (15 positions per image, padded to a square); no option changes that number
            llava   | centurio-f32  | 4 | 0  | --tiles does not apply to Centurio (9 positions per image, stretched to a square, with details of 2 times its size); no option changes that number
            llava   | maya-f32      | 0 | 64 | --image-tokens does not apply to Maya (15 positions per image, padded to a square); no option changes that number
            smolvlm |               | 0 | 64 | ; use --tiles N
            qwen    |               | 3 | 0  | --tiles does not apply to Qwen2-VL (a position for every
            qwen    |               | 3 | 0  | ; use --image-tokens MIN,MAX
            """)
    void optionsThatDoNotApplyAreRefused(String family, String model, int most, int tokens, String message) {
        Path path = family.equals("qwen")
                ? Golden.path("families/qwen2vl/mmproj-f32.gguf")
                : first(family, model == null ? "" : model).file();
        try (GgufFile file = GgufFile.open(path)) {
            VisionConfig config = Families.visionConfig(file);
            ImageTokens bounds = tokens == 0 ? ImageTokens.STANDARD : new ImageTokens(1, tokens);
            RequestException refused = assertThrows(
                    RequestException.class,
                    () -> RequestedTiling.of(file, config, bounds, new ImageTiles(most, false)));
            assertTrue(refused.getMessage().contains(message), refused.getMessage());
            assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
        }
    }

    /** Padded and cropped images are one tile with the texts of one. */
    @Test
    void otherImageModesMakeOneTile() {
        for (String family : List.of("gemma3", "smolvlm", "internvl3", "ayavision", "llava")) {
            SiglipVisionCase golden = first(family, "");
            RgbImage image = golden.images().getFirst();
            try (GgufFile file = GgufFile.open(golden.file());
                    Device device = TestDevice.VECTOR.open()) {
                VisionEncoder encoder = encoder(file, ImageTiles.STANDARD, device);
                for (ImageMode mode : List.of(ImageMode.PAD, ImageMode.CROP)) {
                    float[] rows = encoder.encode(image, mode);
                    assertEquals(
                            encoder.rows(image.width(), image.height(), mode), rows.length / encoder.width(), family);
                    ImageTiles one = new ImageTiles(1, family.equals("gemma3"));
                    assertEquals(
                            encoder(file, one, device).rows(image.width(), image.height(), ImageMode.AUTO),
                            rows.length / encoder.width(),
                            family);
                }
            }
        }
    }

    private static SiglipVisionCase first(String family, String model) {
        return SiglipVisionCase.of(family).stream()
                .filter(golden -> model.isEmpty() || golden.model().equals(model))
                .findFirst()
                .orElseThrow();
    }

    private static float[] rows(Path path, SiglipVisionCase golden) {
        try (GgufFile file = GgufFile.open(path);
                Device device = TestDevice.JIT.open()) {
            return new VisionEncoder(file, Families.visionConfig(file), device)
                    .encode(golden.images().getFirst(), ImageMode.AUTO);
        }
    }

    private static UnaryOperator<Map<String, Tensor>> same() {
        return tensors -> tensors;
    }

    /**
     * A copy of a golden's file with other keys and tensors.
     *
     * @param numbers to set; a null removes the key
     */
    private Path rewritten(
            SiglipVisionCase golden, Map<String, Integer> numbers, UnaryOperator<Map<String, Tensor>> change)
            throws IOException {
        Path target = folder.resolve("rewritten.gguf");
        Files.deleteIfExists(target);
        try (GgufFile source = GgufFile.open(golden.file());
                GgufWriter writer = new GgufWriter(target)) {
            for (String key : source.metadata().keys()) {
                if (!numbers.containsKey(key)) {
                    writer.copy(source, key);
                }
            }
            numbers.forEach((key, value) -> {
                if (value != null) {
                    writer.u32(key, value);
                }
            });
            Map<String, Tensor> tensors = change.apply(source.tensors());
            tensors.forEach((name, tensor) -> writer.tensor(
                    name,
                    tensor.type(),
                    tensor.shape().stream().mapToLong(Long::longValue).toArray()));
            for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
                writer.data(tensor.getKey(), tensor.getValue().data());
            }
            writer.finish();
        }
        return target;
    }
}
