// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.myna.loaders.image.Resampler;
import dev.myna.loaders.image.RgbImage;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pad, crop and normalisation equal the same steps done one by one. */
class ImagePreprocessorTest {
    private static final float[] MEAN = {0.48145466f, 0.4578275f, 0.40821073f};
    private static final long SEED = 20_260_103;

    @ParameterizedTest
    @CsvSource({"50,31", "31,50", "33,33", "1,40", "40,1", "1,1", "7,5"})
    void padEqualsPastingThenResizing(int width, int height) {
        RgbImage image = random(width, height);
        int side = Math.max(width, height);
        byte[] square = new byte[side * side * 3];
        for (int i = 0; i < square.length; i++) {
            square[i] = (byte) new int[] {122, 116, 104}[i % 3];
        }
        for (int y = 0; y < height; y++) {
            int to = ((y + (side - height) / 2) * side + (side - width) / 2) * 3;
            System.arraycopy(image.rgb(), y * width * 3, square, to, width * 3);
        }
        assertArrayEquals(
                Resampler.bicubic(new RgbImage(side, side, square), 28, 28).rgb(),
                ImagePreprocessor.pad(image, 28, MEAN).rgb());
    }

    @ParameterizedTest
    @CsvSource({"50,31,45,28", "31,50,28,45", "33,33,28,28", "1,40,28,1120", "7,5,39,28"})
    void cropEqualsResizingThenCutting(int width, int height, int resizedWidth, int resizedHeight) {
        RgbImage image = random(width, height);
        RgbImage whole = Resampler.bicubic(image, resizedWidth, resizedHeight);
        int left = (resizedWidth - 28) / 2;
        int top = (resizedHeight - 28) / 2;
        byte[] expected = new byte[28 * 28 * 3];
        for (int y = 0; y < 28; y++) {
            System.arraycopy(whole.rgb(), ((top + y) * resizedWidth + left) * 3, expected, y * 28 * 3, 28 * 3);
        }
        assertArrayEquals(expected, ImagePreprocessor.crop(image, 28).rgb());
    }

    @Test
    void normalizeIsChannelFirst() {
        RgbImage image = new RgbImage(2, 1, new byte[] {0, 51, 102, (byte) 153, (byte) 204, (byte) 255});
        float[] pixels = ImagePreprocessor.normalize(image, new float[] {0, 0.5f, 0.25f}, new float[] {1, 0.5f, 0.25f});
        assertArrayEquals(new float[] {0, 0.6f, -0.6f, 0.6f, 0.6f, 3}, pixels, 1e-6f);
        assertThrows(
                IllegalArgumentException.class, () -> ImagePreprocessor.normalize(image, new float[1], new float[3]));
    }

    @Test
    void fillFollowsTheMean() {
        assertEquals(0x7a7468, ImagePreprocessor.fillColor(MEAN));
        assertEquals(0x7f7f7f, ImagePreprocessor.fillColor(new float[] {0.5f, 0.5f, 0.5f}));
        assertEquals(0x00ff00, ImagePreprocessor.fillColor(new float[] {-1, 2, 0}));
    }

    /** The padded square would have 7 * 10^10 pixels, the resized image 336 x 88 million. */
    @Test
    @Timeout(60)
    void extremelyThinImagesAreResized() {
        byte[] rgb = new byte[3 << 18];
        Arrays.fill(rgb, (byte) 255);
        for (RgbImage image : new RgbImage[] {new RgbImage(1, 1 << 18, rgb), new RgbImage(1 << 18, 1, rgb)}) {
            byte[] padded = ImagePreprocessor.pad(image, 336, MEAN).rgb();
            assertEquals(122, padded[0] & 0xff);
            assertEquals(122, padded[padded.length - 3] & 0xff);
            byte[] cropped = ImagePreprocessor.crop(image, 336).rgb();
            assertEquals(255, cropped[cropped.length / 2] & 0xff);
        }
    }

    private static RgbImage random(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        new Random(SEED).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }
}
