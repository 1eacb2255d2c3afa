// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** An image of any format, cut anywhere, gives an error that says so, or the whole image. */
class ImageCompletenessTest {
    /** Bytes that may be missing: end markers, checksums, padding. */
    private static final int MAX_MISSING = 400;

    @TestFactory
    Stream<DynamicTest> everySampleDecodesAndIsRefusedWhenCut() {
        return Samples.lossless().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    Samples.Sample sample = e.getValue();
                    RgbImage whole = decode(sample.encoded());
                    assertEquals(sample.pixels().width(), whole.width());
                    assertEquals(sample.pixels().height(), whole.height());
                    assertArrayEquals(sample.pixels().rgb(), whole.rgb());
                    cut(e.getKey(), sample.encoded(), whole);
                }));
    }

    @TestFactory
    Stream<DynamicTest> otherFormatsAreRefusedWhenCut() {
        return Images.ofEveryFormat().entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(e.getKey(), () -> cut(e.getKey(), e.getValue(), decode(e.getValue()))));
    }

    private static void cut(String name, byte[] encoded, RgbImage whole) {
        int complete = 0;
        for (int length = 0; length < encoded.length; length++) {
            try {
                RgbImage image = decode(Arrays.copyOf(encoded, length));
                assertArrayEquals(whole.rgb(), image.rgb(), name + " cut to " + length + " gives other pixels");
                complete++;
            } catch (ImageException e) {
                boolean said = e.getMessage().contains("data end early");
                assertTrue(said || length < 4, name + " cut to " + length + ": " + e.getMessage());
            }
        }
        assertTrue(complete < Math.min(MAX_MISSING, encoded.length / 2), name + " whole after " + complete + " cuts");
    }

    private static RgbImage decode(byte[] encoded) {
        return ImageDecoder.decode(encoded, "x", Orientation.IGNORE);
    }
}
