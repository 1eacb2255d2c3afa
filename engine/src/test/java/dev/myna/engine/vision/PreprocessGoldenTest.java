// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.family.pangea.AnyResolution;
import dev.myna.engine.family.pangea.AnyResolution.Pinpoint;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.Numbers;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Preprocessed images equal Pillow's, byte for byte. */
@NeedsGolden
class PreprocessGoldenTest {
    private static final float[] MEAN = {0.48145466f, 0.4578275f, 0.40821073f};
    private static final float[] STD = {0.26862954f, 0.26130258f, 0.27577711f};
    private static final int SIZE = 336;
    private static final int PATCH = 14;

    @TestFactory
    Stream<DynamicTest> imagesByteForByte() {
        return maps(manifest().get("images")).map(c -> DynamicTest.dynamicTest((String) c.get("file"), () -> image(c)));
    }

    private static void image(Map<?, ?> golden) throws Exception {
        String file = (String) golden.get("file");
        boolean exact = (Boolean) golden.get("exact_decode");
        String name = file.substring(file.indexOf('/') + 1, file.lastIndexOf('.'));
        RgbImage image = decode("preprocess/" + (exact ? file : "decoded/" + name + ".png"));
        assertEquals(golden.get("rgb_sha256"), sha256(image.rgb()), "decoded pixels");

        RgbImage padded = ImagePreprocessor.pad(image, SIZE, MEAN);
        assertExpected((Map<?, ?>) golden.get("pad"), padded);
        assertExpected((Map<?, ?>) golden.get("crop"), ImagePreprocessor.crop(image, SIZE));
        assertEquals(
                golden.get("resized_wh_crop"),
                List.of(
                        ImagePreprocessor.longestEdge(image.width(), image.height(), SIZE),
                        ImagePreprocessor.longestEdge(image.height(), image.width(), SIZE)));

        AnyResolution.Plan plan = AnyResolution.plan(image.width(), image.height(), pinpoints(), SIZE, PATCH);
        assertPlan((Map<?, ?>) golden.get("anyres"), plan);
        ByteArrayOutputStream stacked = new ByteArrayOutputStream();
        plan.cut(image, Checkpoint.NONE).forEach(tile -> stacked.writeBytes(tile.rgb()));
        assertExpected(
                (Map<?, ?>) golden.get("anyres_tiles"), new RgbImage(SIZE, SIZE * plan.tiles(), stacked.toByteArray()));

        if (((Map<?, ?>) golden.get("pad")).get("pixels") instanceof Map<?, ?> pixels) {
            float[] expected = Golden.floats("preprocess/" + pixels.get("file"));
            assertTrue(Numbers.maxAbs(expected, ImagePreprocessor.normalize(padded, MEAN, STD)) <= 1e-6);
        }
    }

    @Test
    void plansOfManySizesEqualTheGoldens() {
        List<Map<?, ?>> plans = maps(manifest().get("anyres_plans")).toList();
        List<Pinpoint> pinpoints = pinpoints();
        assertTrue(plans.size() > 300);
        for (Map<?, ?> golden : plans) {
            List<?> size = (List<?>) golden.get("image");
            assertPlan(
                    golden, AnyResolution.plan((Integer) size.get(0), (Integer) size.get(1), pinpoints, SIZE, PATCH));
        }
    }

    @Test
    void shortestEdgesEqualTheGoldens() {
        for (Map<?, ?> golden : maps(manifest().get("shortest_edge")).toList()) {
            int width = (Integer) golden.get("w");
            int height = (Integer) golden.get("h");
            assertEquals(
                    golden.get("out"),
                    List.of(
                            ImagePreprocessor.longestEdge(width, height, SIZE),
                            ImagePreprocessor.longestEdge(height, width, SIZE)),
                    width + "x" + height);
        }
    }

    @Test
    void fillIsTheTruncatedMean() {
        List<?> fill = (List<?>) manifest().get("pad_rgb");
        int color = ImagePreprocessor.fillColor(MEAN);
        assertEquals(fill, List.of(color >> 16, color >> 8 & 0xff, color & 0xff));
    }

    private static void assertPlan(Map<?, ?> golden, AnyResolution.Plan plan) {
        String size = String.valueOf(golden.get("image"));
        assertEquals(
                golden.get("pinpoint"),
                List.of(plan.pinpoint().width(), plan.pinpoint().height()),
                size);
        assertEquals(golden.get("resized"), List.of(plan.resizedWidth(), plan.resizedHeight()), size);
        assertEquals(golden.get("paste"), List.of(plan.pasteX(), plan.pasteY()), size);
        assertEquals(golden.get("grid"), List.of(plan.gridWidth(), plan.gridHeight()), size);
        assertEquals(golden.get("tiles"), plan.tiles(), size);
        Map<?, ?> keep = (Map<?, ?>) golden.get("keep");
        assertEquals(keep.get("rows"), plan.keep().rows(), size);
        assertEquals(keep.get("cols"), plan.keep().columns(), size);
        assertEquals(keep.get("top"), plan.keep().top(), size);
        assertEquals(keep.get("left"), plan.keep().left(), size);
        assertEquals(golden.get("tokens"), plan.rows(), size);
    }

    private static void assertExpected(Map<?, ?> golden, RgbImage actual) throws Exception {
        RgbImage expected = decode("preprocess/" + golden.get("file"));
        assertEquals(expected.width(), actual.width());
        assertEquals(expected.height(), actual.height());
        assertArrayEquals(expected.rgb(), actual.rgb(), String.valueOf(golden.get("file")));
        assertEquals(golden.get("sha256"), sha256(actual.rgb()));
    }

    private static RgbImage decode(String relative) throws Exception {
        Path path = Golden.path(relative);
        return ImageDecoder.decode(Files.readAllBytes(path), relative, Orientation.IGNORE);
    }

    private static List<Pinpoint> pinpoints() {
        return ((List<?>) manifest().get("pinpoints"))
                .stream()
                        .map(p -> (List<?>) p)
                        .map(p -> new Pinpoint((Integer) p.get(0), (Integer) p.get(1)))
                        .toList();
    }

    private static Map<String, Object> manifest() {
        return Golden.json("preprocess/manifest.json");
    }

    private static Stream<Map<?, ?>> maps(Object list) {
        return ((List<?>) list).stream().map(m -> (Map<?, ?>) m);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
