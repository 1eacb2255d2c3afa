// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Decoding and resampling against the golden vectors of Pillow. */
@NeedsGolden
class ImageGoldenTest {
    @TestFactory
    Stream<DynamicTest> jpegWithinTolerance() {
        return list(Golden.json("preprocess/manifest.json").get("images"))
                .map(c -> (String) c.get("file"))
                .filter(file -> file.endsWith(".jpg"))
                .map(file -> DynamicTest.dynamicTest(file, () -> jpeg(file)));
    }

    private static void jpeg(String file) {
        String name = file.substring(file.indexOf('/') + 1, file.lastIndexOf('.'));
        RgbImage expected = ImageDecoder.decode(Golden.path("preprocess/decoded/" + name + ".png"), Orientation.IGNORE);
        RgbImage actual = ImageDecoder.decode(Golden.path("preprocess/" + file), Orientation.IGNORE);
        assertEquals(expected.width(), actual.width());
        assertEquals(expected.height(), actual.height());
        int worst = 0;
        long sum = 0;
        for (int i = 0; i < expected.rgb().length; i++) {
            int difference = Math.abs((expected.rgb()[i] & 0xff) - (actual.rgb()[i] & 0xff));
            worst = Math.max(worst, difference);
            sum += difference;
        }
        double mean = (double) sum / expected.rgb().length;
        System.out.printf("%s: mean difference %.4f, worst %d%n", file, mean, worst);
        assertTrue(mean < 1, "mean difference " + mean);
        if (name.equals("jpeg444") || name.equals("jpeg_gray")) {
            assertTrue(worst <= 2, "worst difference " + worst);
        }
    }

    @Test
    void resamplerCasesExact() {
        Map<?, ?> resample = (Map<?, ?>) Golden.json("preprocess/manifest.json").get("resample");
        byte[] bytes = Golden.bytes("preprocess/" + resample.get("file"));
        List<Map<?, ?>> cases = list(resample.get("cases")).toList();
        assertEquals(36, cases.size());
        for (Map<?, ?> c : cases) {
            int width = (Integer) c.get("w");
            int height = (Integer) c.get("h");
            int from = (Integer) c.get("in_offset");
            RgbImage image = new RgbImage(width, height, Arrays.copyOfRange(bytes, from, from + width * height * 3));
            RgbImage out = Resampler.bicubic(image, (Integer) c.get("out_w"), (Integer) c.get("out_h"));
            int expected = (Integer) c.get("out_offset");
            assertArrayEquals(
                    Arrays.copyOfRange(bytes, expected, expected + out.rgb().length), out.rgb(), c.toString());
        }
    }

    @Test
    void fixedPointWeights() {
        Map<String, Object> manifest = Golden.json("preprocess/manifest.json");
        assertWeights(list(manifest.get("bicubic_table_7_to_3")).toList(), 7, 3);
        assertWeights(list(manifest.get("bicubic_table_3_to_7")).toList(), 3, 7);
    }

    private static void assertWeights(List<Map<?, ?>> table, int in, int out) {
        ResampleWeights weights = ResampleWeights.of(ResampleFilter.BICUBIC, in, out, 0, out, 0, in);
        for (int i = 0; i < out; i++) {
            assertEquals(table.get(i).get("xmin"), weights.begin(i));
            List<Integer> row = new ArrayList<>();
            for (int k = 0; k < weights.taps(i); k++) {
                row.add(weights.weight(i, k));
            }
            assertEquals(table.get(i).get("weights"), row);
        }
    }

    private static Stream<Map<?, ?>> list(Object list) {
        return ((List<?>) list).stream().map(m -> (Map<?, ?>) m);
    }
}
