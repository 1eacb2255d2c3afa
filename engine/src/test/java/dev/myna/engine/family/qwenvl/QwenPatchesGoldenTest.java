// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.TestDevice;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.family.DecoderCase;
import dev.myna.engine.family.Families;
import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.Probe;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Patches of the published pictures, and towers that compute something else: those must miss the goldens. */
@NeedsGolden
class QwenPatchesGoldenTest {
    private static final double TOLERANCE = 1e-4;

    /** A picture of a folder's manifest, seen by a vision file. */
    record Picture(String folder, String mmproj, Map<?, ?> values) {
        RgbImage image() {
            return ImageDecoder.decode(
                    Golden.path(folder + "/" + values.get("image")), ImageDecoder.Orientation.IGNORE);
        }

        GgufFile open() {
            return GgufFile.open(Golden.path(folder + "/" + mmproj));
        }

        int[] ints(String key) {
            return DecoderCase.ints(values.get(key));
        }

        /** The limits as positions: they are whole ones, but for what is left of one. */
        ImageTokens tokens(VisionConfig config) {
            if (values.get("limits") == null) {
                return ImageTokens.STANDARD;
            }
            int factor = 2 * config.patchSize();
            int[] limits = ints("limits");
            return new ImageTokens(limits[0] / factor / factor, limits[1] / factor / factor);
        }

        Map<?, ?> stages() {
            return (Map<?, ?>) values.get("stages");
        }

        float[] stage(String name) {
            return Golden.floats(folder + "/" + ((Map<?, ?>) stages().get(name)).get("file"));
        }

        /** What the decoder takes. */
        float[] rows() {
            List<float[]> deepstack = new ArrayList<>();
            for (int layer = 0; layer < 64; layer++) {
                if (stages().containsKey("deepstack_" + layer)) {
                    deepstack.add(stage("deepstack_" + layer));
                }
            }
            int[] grid = ints("grid");
            return DecoderCase.Image.of(new ImageGrid(grid[0] / 2, grid[1] / 2), stage("merged"), deepstack)
                    .rows();
        }

        @Override
        public String toString() {
            return mmproj + " of " + folder + ", " + values.get("image")
                    + (values.get("limits") == null ? "" : ", limited");
        }
    }

    static Stream<Picture> pictures() {
        return Stream.of("qwen2vl", "qwen25vl", "qwen3vl").flatMap(QwenPatchesGoldenTest::pictures);
    }

    private static Stream<Picture> pictures(String family) {
        String folder = "families/" + family;
        List<Picture> pictures = new ArrayList<>();
        for (Object each : (List<?>) Golden.json(folder + "/manifest.json").get("pictures")) {
            Map<?, ?> values = (Map<?, ?>) each;
            pictures.add(new Picture(folder, "mmproj-" + values.get("variant") + ".gguf", values));
            if (family.equals("qwen2vl") && values.get("variant").equals("f32")) {
                pictures.add(new Picture(folder, "mmproj-old-f32.gguf", values));
            }
        }
        return pictures.stream();
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void resizedBytesAndPatchesEqualThePublishedOnes(Picture picture) {
        if (!picture.values.containsKey("resized_rgb")) {
            return;
        }
        try (GgufFile file = picture.open()) {
            VisionConfig config = Families.visionConfig(file);
            RgbImage image = picture.image();
            ImageLayout layout = config.family()
                    .tiling(file, config, picture.tokens(config))
                    .layout(image.width(), image.height(), ImageMode.AUTO);
            assertEquals(picture.values.get("tokens"), layout.rows());
            RgbImage resized = layout.cut(image, Checkpoint.NONE).getFirst();
            assertArrayEquals(picture.ints("resized"), new int[] {resized.width(), resized.height()});
            String expected = (String) ((Map<?, ?>) picture.values.get("resized_rgb")).get("file");
            assertArrayEquals(Golden.bytes(picture.folder + "/" + expected), resized.rgb());
            checkPatches(picture, PatchPixels.of(resized, config));
        }
    }

    private static void checkPatches(Picture picture, PatchPixels pixels) {
        Map<?, ?> golden = (Map<?, ?>) picture.values.get("pixels");
        PatchGrid grid = pixels.grid();
        float[] patch = new float[pixels.elements()];
        assertArrayEquals(DecoderCase.ints(golden.get("shape")), new int[] {grid.patches(), pixels.elements()});
        List<?> order = (List<?>) picture.values.get("patch_order_first16");
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < grid.patches(); i++) {
            if (i < order.size()) {
                assertArrayEquals(DecoderCase.ints(order.get(i)), new int[] {grid.row(i), grid.column(i)});
            }
            pixels.write(grid.row(i), grid.column(i), patch, 0);
            for (float value : patch) {
                sum += value;
                squares += (double) value * value;
            }
            for (int j = 0; j < 8; j++) {
                if (i == 0) {
                    assertEquals(number(golden, "patch0_first8", j), patch[j], 1e-6);
                }
                if (i == grid.patches() - 1) {
                    assertEquals(number(golden, "last_patch_last8", j), patch[patch.length - 8 + j], 1e-6);
                }
            }
        }
        assertEquals(((Number) golden.get("sum")).doubleValue(), sum, 1e-2);
        assertEquals(((Number) golden.get("sum_squares")).doubleValue(), squares, 1e-2);
    }

    private static double number(Map<?, ?> golden, String key, int index) {
        return ((Number) ((List<?>) golden.get(key)).get(index)).doubleValue();
    }

    private static RgbImage resized(Picture picture, GgufFile file, VisionConfig config) {
        RgbImage image = picture.image();
        return config.family()
                .tiling(file, config, picture.tokens(config))
                .layout(image.width(), image.height(), ImageMode.AUTO)
                .cut(image, Checkpoint.NONE)
                .getFirst();
    }

    private static QwenSizes sizes(GgufFile file, VisionConfig config) {
        for (QwenKind kind : QwenKind.values()) {
            if (kind.projectorType.equals(config.family().projectorType())) {
                return QwenSizes.read(file, config, kind);
            }
        }
        throw new AssertionError(config.family().projectorType());
    }

    private static Picture first(String family) {
        return pictures(family).findFirst().orElseThrow();
    }

    /** Rows of a tower that computes something else. */
    private static double mutated(
            Picture picture, UnaryOperator<VisionConfig> config, UnaryOperator<QwenSizes> sizes, boolean mirror) {
        try (GgufFile file = picture.open();
                Device device = TestDevice.VECTOR.open()) {
            VisionConfig read = Families.visionConfig(file);
            QwenSizes sizesRead = sizes(file, read);
            RgbImage resized = resized(picture, file, read);
            QwenTower tower = new QwenTower(file, config.apply(read), sizes.apply(sizesRead), device);
            return Numbers.maxAbs(
                    picture.rows(), tower.encode(mirror ? mirrored(resized) : resized, Probe.NONE, Checkpoint.NONE));
        }
    }

    /** The image with its columns in the other order. */
    private static RgbImage mirrored(RgbImage image) {
        byte[] rgb = new byte[image.rgb().length];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                int to = (y * image.width() + x) * 3;
                int from = (y * image.width() + image.width() - 1 - x) * 3;
                System.arraycopy(image.rgb(), from, rgb, to, 3);
            }
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    private static QwenSizes withWindows(QwenSizes s, int side, int every) {
        return new QwenSizes(
                s.kind(),
                s.width(),
                s.feedForward(),
                s.normEps(),
                s.rowWidth(),
                s.swapped(),
                side,
                every,
                s.deepstack());
    }

    @Test
    void otherActivationsMissTheGolden() {
        for (String family : new String[] {"qwen2vl", "qwen25vl", "qwen3vl"}) {
            double error = mutated(
                    first(family),
                    c -> new VisionConfig(
                            c.family(),
                            c.parts(),
                            c.imageSize(),
                            c.patchSize(),
                            c.width(),
                            c.feedForward(),
                            c.heads(),
                            c.layers(),
                            c.normEps(),
                            Activation.GELU_ERF,
                            c.mean(),
                            c.std(),
                            c.aspect(),
                            c.features()),
                    s -> s,
                    false);
            assertTrue(error > 2 * TOLERANCE, family + ": max abs " + error);
        }
    }

    @Test
    void anotherImageMissesTheGolden() {
        for (String family : new String[] {"qwen2vl", "qwen25vl", "qwen3vl"}) {
            double error = mutated(first(family), c -> c, s -> s, true);
            assertTrue(error > 100 * TOLERANCE, family + ": max abs " + error);
        }
    }

    @Test
    void deepstackOfOtherLayersMissesTheGolden() {
        double error = mutated(
                first("qwen3vl"),
                c -> c,
                s -> new QwenSizes(
                        s.kind(),
                        s.width(),
                        s.feedForward(),
                        s.normEps(),
                        s.rowWidth(),
                        s.swapped(),
                        s.windowSide(),
                        s.fullEvery(),
                        s.deepstack().reversed()),
                false);
        assertTrue(error > 100 * TOLERANCE, "max abs " + error);
    }

    /** A picture of at most one window is the same with and without windows. */
    @Test
    void oneWindowIsTheWholeImage() {
        try (GgufFile file = first("qwen25vl").open();
                Device device = TestDevice.VECTOR.open()) {
            VisionConfig config = Families.visionConfig(file);
            QwenSizes sizes = sizes(file, config);
            RgbImage image = noise(3 * 28, 4 * 28);
            float[] windows = new QwenTower(file, config, sizes, device).encode(List.of(image), Checkpoint.NONE);
            float[] whole = new QwenTower(file, config, withWindows(sizes, 0, 1), device)
                    .encode(List.of(image), Checkpoint.NONE);
            assertArrayEquals(whole, windows);
        }
    }

    private static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        new Random(7).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }
}
