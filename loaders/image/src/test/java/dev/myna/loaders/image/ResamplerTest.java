// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The resampler against a plain restatement of docs/spec/models.md 4.4; windows and canvases against whole images. */
class ResamplerTest {
    private static final long SEED = 20_260_101;

    @ParameterizedTest
    @EnumSource
    void equalsTheFormulaOnRandomSizes(ResampleFilter filter) {
        Random random = new Random(SEED);
        for (int i = 0; i < 150; i++) {
            RgbImage image = random(random, 1 + random.nextInt(60), 1 + random.nextInt(60));
            int width = 1 + random.nextInt(80);
            int height = 1 + random.nextInt(80);
            String what = "seed " + SEED + ", " + image.width() + "x" + image.height() + " to " + width + "x" + height;
            assertArrayEquals(
                    restated(filter, image, width, height),
                    Resampler.resize(image, width, height, filter).rgb(),
                    what);
        }
    }

    @Test
    void windowIsAPartOfTheWhole() {
        Random random = new Random(SEED);
        for (int i = 0; i < 80; i++) {
            RgbImage image = random(random, 1 + random.nextInt(40), 1 + random.nextInt(40));
            int width = 1 + random.nextInt(70);
            int height = 1 + random.nextInt(70);
            int left = random.nextInt(width);
            int top = random.nextInt(height);
            Window window = new Window(left, top, 1 + random.nextInt(width - left), 1 + random.nextInt(height - top));
            byte[] whole = restated(ResampleFilter.BICUBIC, image, width, height);
            byte[] part = Resampler.bicubic(image, width, height, window).rgb();
            for (int y = 0; y < window.height(); y++) {
                for (int x = 0; x < window.width() * 3; x++) {
                    assertEquals(
                            whole[((top + y) * width + left) * 3 + x],
                            part[y * window.width() * 3 + x],
                            "seed " + SEED + " case " + i);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void canvasEqualsThePaddedImage(ResampleFilter filter) {
        Random random = new Random(SEED);
        for (int i = 0; i < 80; i++) {
            RgbImage image = random(random, 1 + random.nextInt(40), 1 + random.nextInt(40));
            int left = random.nextInt(30);
            int top = random.nextInt(30);
            int fill = random.nextInt(1 << 24);
            Canvas canvas = new Canvas(
                    image,
                    left + image.width() + random.nextInt(30),
                    top + image.height() + random.nextInt(30),
                    left,
                    top,
                    fill);
            int width = 1 + random.nextInt(60);
            int height = 1 + random.nextInt(60);
            assertArrayEquals(
                    restated(filter, paint(canvas), width, height),
                    Resampler.resize(canvas, width, height, new Window(0, 0, width, height), filter)
                            .rgb(),
                    "seed " + SEED + " case " + i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void unchangedSizeChangesNothing(ResampleFilter filter) {
        RgbImage image = random(new Random(SEED), 31, 17);
        assertArrayEquals(image.rgb(), Resampler.resize(image, 31, 17, filter).rgb());
    }

    @Test
    void windowsAndCanvasesOutsideAreRefused() {
        RgbImage image = Images.gradient();
        assertThrows(IllegalArgumentException.class, () -> Resampler.bicubic(image, 8, 8, new Window(1, 0, 8, 8)));
        assertThrows(IllegalArgumentException.class, () -> new Window(-1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Canvas(image, 24, 15, 0, 0, 0));
        assertSame(image, Canvas.of(image).image());
    }

    private static RgbImage random(Random random, int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        random.nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    private static RgbImage paint(Canvas canvas) {
        byte[] rgb = new byte[canvas.width() * canvas.height() * 3];
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % canvas.width() - canvas.left();
            int y = i / 3 / canvas.width() - canvas.top();
            boolean inside = x >= 0
                    && y >= 0
                    && x < canvas.image().width()
                    && y < canvas.image().height();
            int color = inside ? Images.color(canvas.image(), x, y) : canvas.fill();
            rgb[i] = (byte) (color >> 16 - 8 * (i % 3));
        }
        return new RgbImage(canvas.width(), canvas.height(), rgb);
    }

    /** Both passes as one function over a line of samples, weights as a dense matrix. */
    private static byte[] restated(ResampleFilter filter, RgbImage image, int width, int height) {
        long[][] across = matrix(filter, image.width(), width);
        long[][] down = matrix(filter, image.height(), height);
        int[][] middle = new int[image.height()][width * 3];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < width * 3; x++) {
                long sum = 0;
                for (int k = 0; k < image.width(); k++) {
                    sum += across[x / 3][k] * (image.rgb()[(y * image.width() + k) * 3 + x % 3] & 0xff);
                }
                middle[y][x] = rounded(sum);
            }
        }
        byte[] out = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width * 3; x++) {
                long sum = 0;
                for (int k = 0; k < image.height(); k++) {
                    sum += down[y][k] * middle[k][x];
                }
                out[y * width * 3 + x] = (byte) rounded(sum);
            }
        }
        return out;
    }

    private static int rounded(long sum) {
        return (int) Math.clamp(Math.floorDiv(sum + (1L << 21), 1L << 22), 0, 255);
    }

    private static double sqr(double x) {
        return x * x;
    }

    private static long[][] matrix(ResampleFilter filter, int in, int out) {
        double scale = (double) in / out;
        double fs = Math.max(scale, 1.0);
        double reach = fs * (1 + filter.ordinal());
        long[][] matrix = new long[out][in];
        for (int i = 0; i < out; i++) {
            double center = (i + 0.5) * scale;
            int xmin = Math.max(0, (int) (center - reach + 0.5));
            int xmax = Math.min(in, (int) (center + reach + 0.5));
            double[] f = new double[xmax - xmin];
            double total = 0;
            for (int k = 0; k < f.length; k++) {
                double x = Math.abs((xmin + k - center + 0.5) * (1 / fs));
                f[k] = switch (filter) {
                    case BILINEAR -> Math.max(0, 1 - x);
                    case BICUBIC ->
                        x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
                    case LANCZOS ->
                        x == 0
                                ? 1
                                : x < 3 ? 3 * Math.sin(Math.PI * x) * Math.sin(Math.PI * x / 3) / sqr(Math.PI * x) : 0;
                };
                total += f[k];
            }
            for (int k = 0; k < f.length; k++) {
                double weight = f[k] / total * (1 << 22);
                matrix[i][xmin + k] = (long) (weight + Math.copySign(0.5, weight));
            }
        }
        return matrix;
    }
}
