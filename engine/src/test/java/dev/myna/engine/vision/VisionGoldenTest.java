// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageMode;
import dev.myna.engine.TestDevice;
import dev.myna.engine.family.Families;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stage from pixels to projected rows equals a float64 reference. */
@NeedsGolden
class VisionGoldenTest {
    private static final double TOLERANCE = 1e-4;
    private static final double PIXEL_TOLERANCE = 1e-6;

    static Stream<String> cases() {
        return list(Golden.json("vision/manifest.json").get("cases")).stream()
                .map(vision -> (String) vision.get("name"));
    }

    /** Any-resolution images have several tiles: decoderRowsEqualFloat64 checks those. */
    static Stream<String> casesOfOneTile() {
        return cases().filter(name -> !vision(name).get("mode").equals("anyres"));
    }

    private static Map<String, Object> vision(String name) {
        return list(Golden.json("vision/manifest.json").get("cases")).stream()
                .filter(each -> each.get("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Rows of the decoder, any-resolution images included. */
    @ParameterizedTest
    @MethodSource("cases")
    void decoderRowsEqualFloat64(String name) {
        decoderRowsEqualFloat64(TestDevice.JIT, name);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @MethodSource("cases")
    void decoderRowsEqualFloat64OnOpenCl(String name) {
        decoderRowsEqualFloat64(TestDevice.OPENCL, name);
    }

    private static void decoderRowsEqualFloat64(TestDevice target, String name) {
        Map<String, Object> vision = vision(name);
        try (GgufFile file = GgufFile.open(Golden.path("vision/" + vision.get("gguf")));
                Device device = target.open()) {
            VisionEncoder encoder = new VisionEncoder(file, Families.visionConfig(file), device);
            for (Map<String, Object> image : list(vision.get("images"))) {
                RgbImage rgb = ImageDecoder.decode(
                        Golden.path("vision/" + image.get("file")), ImageDecoder.Orientation.IGNORE);
                Map<String, Object> last = list(image.get("tensors")).stream()
                        .filter(tensor -> List.of("projected", "merged").contains(tensor.get("key")))
                        .reduce((earlier, later) -> later)
                        .orElseThrow();
                float[] expected = Golden.floats("vision/" + last.get("file"));
                float[] actual = encoder.encode(rgb, ImageMode.AUTO);
                assertEquals(actual.length / encoder.width(), encoder.rows(rgb.width(), rgb.height(), ImageMode.AUTO));
                double error = Numbers.maxAbs(expected, actual);
                assertTrue(error <= TOLERANCE, image.get("file") + ": max abs " + error);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("casesOfOneTile")
    void everyStageEqualsFloat64(String name) {
        everyStageEqualsFloat64(TestDevice.JIT, name);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @MethodSource("casesOfOneTile")
    void everyStageEqualsFloat64OnOpenCl(String name) {
        everyStageEqualsFloat64(TestDevice.OPENCL, name);
    }

    private static void everyStageEqualsFloat64(TestDevice target, String name) {
        Map<String, Object> vision = vision(name);
        try (GgufFile file = GgufFile.open(Golden.path("vision/" + vision.get("gguf")));
                Device device = target.open()) {
            VisionConfig config = Families.visionConfig(file);
            assertEquals(vision.get("run_layers"), config.layers());
            for (Map<String, Object> image : list(vision.get("images"))) {
                checkImage(file, config, device, image);
            }
        }
    }

    private static void checkImage(GgufFile file, VisionConfig config, Device device, Map<String, Object> image) {
        Map<String, float[]> stages = new HashMap<>();
        RgbImage rgb = ImageDecoder.decode(Golden.path("vision/" + image.get("file")), ImageDecoder.Orientation.IGNORE);
        RgbImage square = config.aspect() == VisionConfig.Aspect.PAD
                ? ImagePreprocessor.pad(rgb, config.imageSize(), config.mean())
                : ImagePreprocessor.crop(rgb, config.imageSize());
        float[] pixels = ImagePreprocessor.normalize(square, config.mean(), config.std());
        stages.put("pixels", pixels);
        Projector projector = ((SquareTileEncoder) config.family().encoder(file, config, device)).projector();
        try (Arena scope = Arena.ofShared()) {
            Buffer features = device.allocate(scope, config.featureRows(), config.width());
            new VitTower(file, config, device)
                    .encode(pixels, 1, features, (stage, rows, n) -> stages.put(stage, read(device, rows, n)));
            Buffer rows = device.allocate(scope, projector.rows(), projector.width());
            projector.project(features, rows);
            stages.put("projected", read(device, rows, projector.rows()));
        }
        for (Map<String, Object> tensor : list(image.get("tensors"))) {
            String key = (String) tensor.get("key");
            if (!stages.containsKey(key)) {
                continue; // an inside stage of a projector: its result is checked
            }
            double error = Numbers.maxAbs(Golden.floats("vision/" + tensor.get("file")), stages.remove(key));
            assertTrue(error <= (key.equals("pixels") ? PIXEL_TOLERANCE : TOLERANCE), key + ": max abs " + error);
        }
        assertTrue(
                stages.keySet().stream().noneMatch(key -> key.equals("projected") || key.startsWith("layer_")),
                "stages without a golden: " + stages.keySet());
    }

    private static float[] read(Device device, Buffer rows, int n) {
        float[] values = new float[n * rows.width()];
        device.read(rows, values, 0, n);
        return values;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object value) {
        return (List<Map<String, Object>>) value;
    }
}
