// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageMode;
import dev.myna.engine.TestDevice;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.family.Families;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.ImagePreprocessor;
import dev.myna.engine.vision.Probe;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Resized pictures, every stage of the tower and the decoder's rows equal a float64 reference. */
@NeedsGolden
class QwenVisionGoldenTest {
    private static final double TOLERANCE = 1e-4;

    /** Sums over all pixels; they are computed in float32. */
    private static final double SUM_TOLERANCE = 1e-6;

    private static final Map<String, QwenKind> FAMILIES =
            Map.of("qwen2vl", QwenKind.QWEN2, "qwen25vl", QwenKind.QWEN25, "qwen3vl", QwenKind.QWEN3);

    static Stream<Arguments> pictures() {
        return FAMILIES.keySet().stream().sorted().flatMap(family -> IntStream.range(0, list(family).size())
                .mapToObj(i -> Arguments.of(family, i)));
    }

    private static List<Map<String, Object>> list(String family) {
        return maps(Golden.json("families/" + family + "/manifest.json").get("pictures"));
    }

    private static Map<String, Object> picture(String family, int index) {
        return list(family).get(index);
    }

    private static GgufFile open(String family, String variant) {
        for (Map<String, Object> each :
                maps(Golden.json("families/" + family + "/manifest.json").get("variants"))) {
            if (each.get("name").equals(variant)) {
                return GgufFile.open(Golden.path("families/" + family + "/" + each.get("mmproj")));
            }
        }
        throw new AssertionError(variant);
    }

    private static RgbImage original(String family, Map<String, Object> picture) {
        return ImageDecoder.decode(
                Golden.path("families/" + family + "/" + picture.get("image")), ImageDecoder.Orientation.IGNORE);
    }

    private static RgbImage resized(String family, Map<String, Object> picture, VisionConfig config) {
        RgbImage image = original(family, picture);
        return tiling(picture, config)
                .layout(image.width(), image.height(), ImageMode.AUTO)
                .cut(image, Checkpoint.NONE)
                .getFirst();
    }

    private static QwenTiling tiling(Map<String, Object> picture, VisionConfig config) {
        return new QwenTiling(config.patchSize(), number(picture.get("min_pixels")), number(picture.get("max_pixels")));
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void resizedBytesAndPixelsAreThoseOfThePublishedCode(String family, int index) throws IOException {
        Map<String, Object> picture = picture(family, index);
        try (GgufFile file = open(family, (String) picture.get("variant"))) {
            VisionConfig config = Families.visionConfig(file);
            RgbImage image = original(family, picture);
            ImageLayout layout = tiling(picture, config).layout(image.width(), image.height(), ImageMode.AUTO);
            RgbImage resized = resized(family, picture, config);
            assertArrayEquals(ints(picture.get("resized")), new int[] {resized.width(), resized.height()});
            assertEquals(number(picture.get("tokens")), layout.rows());
            assertEquals(number(picture.get("tokens")), layout.grid().orElseThrow().size());
            int[] patches = ints(picture.get("grid"));
            assertEquals(patches[0] / 2, layout.grid().orElseThrow().rows());
            if (picture.get("resized_rgb") == null) {
                return;
            }
            String bytes = (String) map(picture.get("resized_rgb")).get("file");
            assertArrayEquals(Files.readAllBytes(Golden.path("families/" + family + "/" + bytes)), resized.rgb());
            float[] pixels = ImagePreprocessor.normalize(resized, config.mean(), config.std());
            double sum = 0;
            double squares = 0;
            for (float pixel : pixels) {
                sum += pixel;
                squares += (double) pixel * pixel;
            }
            Map<String, Object> expected = map(picture.get("pixels"));
            assertEquals(
                    ((Number) expected.get("sum")).doubleValue(), sum, SUM_TOLERANCE * pixels.length);
            assertEquals(
                    ((Number) expected.get("sum_squares")).doubleValue(), squares, SUM_TOLERANCE * pixels.length);
        }
    }

    /** Limits in pixels that nobody gives are the published ones, up to Myna's own. */
    @ParameterizedTest
    @MethodSource("pictures")
    void theFamilysLimitsAreThePublishedOnesBelowTheStandard(String family, int index) {
        Map<String, Object> picture = picture(family, index);
        try (GgufFile file = open(family, (String) picture.get("variant"))) {
            VisionConfig config = Families.visionConfig(file);
            QwenTiling tiling = (QwenTiling) config.family().tiling(file, config);
            if (picture.get("limits") == null) {
                assertEquals(number(picture.get("min_pixels")), tiling.minPixels());
            }
            assertEquals(1024L * tiling.factor() * tiling.factor(), tiling.maxPixels());
        }
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void everyStageEqualsFloat64(String family, int index) {
        for (CpuKernels kernels : CpuKernels.values()) {
            try (Device device = Devices.cpu(2, kernels)) {
                checkStages(device, family, index);
            }
        }
    }

    @NeedsOpenCl
    @ParameterizedTest
    @MethodSource("pictures")
    void everyStageEqualsFloat64OnOpenCl(String family, int index) {
        try (Device device = TestDevice.OPENCL.open()) {
            checkStages(device, family, index);
        }
    }

    private static void checkStages(Device device, String family, int index) {
        Map<String, Object> picture = picture(family, index);
        try (GgufFile file = open(family, (String) picture.get("variant"))) {
            VisionConfig config = Families.visionConfig(file);
            QwenSizes sizes = QwenSizes.read(file, config, FAMILIES.get(family));
            Map<String, float[]> actual = stages(device, file, config, sizes, resized(family, picture, config));
            for (Map.Entry<String, Object> stage : map(picture.get("stages")).entrySet()) {
                float[] expected = Golden.floats(
                        "families/" + family + "/" + map(stage.getValue()).get("file"));
                if (stage.getKey().equals("pos_embed")) {
                    checkPositions(device, file, config, picture, expected);
                    continue;
                }
                double error = Numbers.maxAbs(expected, actual.get(stage.getKey()));
                assertTrue(
                        error <= TOLERANCE, family + " " + stage.getKey() + ": max abs " + error + " on " + device.kernels());
            }
        }
    }

    private static void checkPositions(
            Device device, GgufFile file, VisionConfig config, Map<String, Object> picture, float[] expected) {
        int[] sides = ints(picture.get("grid"));
        PatchGrid grid = new PatchGrid(sides[0], sides[1]);
        PositionTable table = PositionTable.load(file, config.width(), device);
        float[] rows = new float[grid.patches() * config.width()];
        for (int i = 0; i < grid.patches(); i++) {
            table.write(grid, i, rows, i * config.width());
        }
        assertTrue(Numbers.maxAbs(expected, rows) <= 1e-6);
    }

    /** All stages, patches counted place by place. */
    private static Map<String, float[]> stages(
            Device device, GgufFile file, VisionConfig config, QwenSizes sizes, RgbImage image) {
        QwenTower tower = new QwenTower(file, config, sizes, device);
        PatchGrid grid = new PatchGrid(image.height() / config.patchSize(), image.width() / config.patchSize());
        PlaceOrder order = tower.order(grid);
        Map<String, float[]> stages = new HashMap<>();
        Probe probe = (stage, rows, n) -> stages.put(stage, inOrder(read(device, rows, n), order, config.width()));
        float[] rows = tower.encode(image, probe, Checkpoint.NONE);
        int width = sizes.rowWidth();
        stages.put("merged", part(rows, tower.width(), 0, width));
        for (int i = 0; i < sizes.deepstack().size(); i++) {
            stages.put("deepstack_" + sizes.deepstack().get(i), part(rows, tower.width(), (i + 1) * width, width));
        }
        return stages;
    }

    private static float[] inOrder(float[] rows, PlaceOrder order, int width) {
        float[] result = new float[rows.length];
        for (int i = 0; i < rows.length / width; i++) {
            System.arraycopy(rows, i * width, result, order.patch(i) * width, width);
        }
        return result;
    }

    private static float[] part(float[] rows, int stride, int offset, int width) {
        float[] part = new float[rows.length / stride * width];
        for (int i = 0; i < rows.length / stride; i++) {
            System.arraycopy(rows, i * stride + offset, part, i * width, width);
        }
        return part;
    }

    /** Files of old converters hold the same weights under other names. */
    @ParameterizedTest
    @EnumSource(CpuKernels.class)
    void theOldLayoutGivesTheSameRows(CpuKernels kernels) {
        Map<String, Object> picture = picture("qwen2vl", 0);
        try (GgufFile file = open("qwen2vl", "f32-old");
                Device device = Devices.cpu(2, kernels)) {
            VisionConfig config = Families.visionConfig(file);
            QwenSizes sizes = QwenSizes.read(file, config, QwenKind.QWEN2);
            assertTrue(sizes.swapped());
            float[] merged = stages(device, file, config, sizes, resized("qwen2vl", picture, config))
                    .get("merged");
            float[] expected = Golden.floats("families/qwen2vl/image0.f32.merged.f32");
            assertTrue(Numbers.maxAbs(expected, merged) <= TOLERANCE);
        }
    }

    /** What these goldens would let pass is no test of windows. */
    @ParameterizedTest
    @EnumSource(value = CpuKernels.class, names = "VECTOR")
    void otherWindowsMissTheGolden(CpuKernels kernels) {
        Map<String, Object> picture = picture("qwen25vl", 0);
        float[] expected = Golden.floats("families/qwen25vl/image0.f32.merged.f32");
        try (GgufFile file = open("qwen25vl", "f32");
                Device device = Devices.cpu(2, kernels)) {
            VisionConfig config = Families.visionConfig(file);
            QwenSizes sizes = QwenSizes.read(file, config, QwenKind.QWEN25);
            RgbImage image = resized("qwen25vl", picture, config);
            for (QwenSizes wrong : List.of(with(sizes, 0, 2), with(sizes, 4, 1), with(sizes, 4, 5), with(sizes, 3, 2))) {
                float[] merged = stages(device, file, config, wrong, image).get("merged");
                assertTrue(Numbers.maxAbs(expected, merged) > 10 * TOLERANCE, wrong.toString());
            }
        }
    }

    private static QwenSizes with(QwenSizes sizes, int windowSide, int fullEvery) {
        return new QwenSizes(
                sizes.kind(),
                sizes.width(),
                sizes.feedForward(),
                sizes.normEps(),
                sizes.rowWidth(),
                sizes.swapped(),
                windowSide,
                fullEvery,
                sizes.deepstack());
    }

    private static float[] read(Device device, Buffer rows, int n) {
        float[] values = new float[n * rows.width()];
        device.read(rows, values, 0, n);
        return values;
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }

    private static int[] ints(Object value) {
        return ((List<?>) value).stream().mapToInt(QwenVisionGoldenTest::number).toArray();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> maps(Object value) {
        return (List<Map<String, Object>>) value;
    }
}
