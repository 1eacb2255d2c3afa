// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The searched formats lose no more than llama.cpp's (February 2025), and the simple ones give its bytes. */
class QuantizationErrorTest {
    private static final int ROWS = 64;
    private static final int WIDTH = 1024;

    @NeedsGolden
    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"})
    void simpleFormatsGiveTheReferenceBytes(TensorType type) {
        float[] rows = Golden.floats("llamacpp/blocks/rows.f32");
        byte[] expected = Golden.bytes("llamacpp/blocks/" + type + ".bin");
        assertArrayEquals(expected, QuantizeTest.blocks(type, rows, 8, null, 2));
    }

    @NeedsGolden
    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS"})
    void goldenRowsLoseNoMoreThanTheReference(TensorType type) {
        float[] x = Golden.floats("llamacpp/blocks/rows.f32");
        float[] theirs = Golden.floats("llamacpp/blocks/" + type + ".f32");
        float[] ours = QuantizeTest.roundTrip(type, x, 8, null, 2);
        int width = x.length / 8;
        double sumOurs = 0;
        double sumTheirs = 0;
        for (int row = 0; row < 8; row++) {
            double a = relativeError(x, ours, null, row * width, width);
            double b = relativeError(x, theirs, null, row * width, width);
            sumOurs += a;
            sumTheirs += b;
            assertTrue(a <= b, type + " row " + row + ": " + a + ", the reference " + b);
        }
        System.out.printf(
                "golden rows, %s: mean relative error %.6f, llama.cpp %.6f%n", type, sumOurs / 8, sumTheirs / 8);
    }

    /**
     * The bounds are what llama.cpp's ggml_quantize_chunk loses on the same rows, without and with the same importance. Its
     * searches weight errors by magnitude, ours do not. Without importance, Q4_0 to Q5_1 are its bytes, so their errors are equal.
     */
    @ParameterizedTest
    @CsvSource({
        "Q2_K, 0.296942, 0.201735, 0.352502, 0.234333",
        "Q3_K, 0.150918, 0.122156, 0.188507, 0.158510",
        "Q4_K, 0.071399, 0.056759, 0.092002, 0.083542",
        "Q5_K, 0.036192, 0.029520, 0.047092, 0.040987",
        "Q6_K, 0.017759, 0.014684, 0.025844, 0.024544",
        "Q4_0, 0.085887, 0.071451, 0.126242, 0.115512",
        "Q4_1, 0.078264, 0.055765, 0.101179, 0.081477",
        "Q5_0, 0.042667, 0.035255, 0.066213, 0.062852",
        "Q5_1, 0.037835, 0.027159, 0.048248, 0.036748",
        "IQ4_NL, 0.075921, 0.063785, 0.101207, 0.090188",
        "IQ4_XS, 0.076465, 0.064706, 0.102302, 0.092051"
    })
    void randomRowsLoseNoMoreThanTheReference(
            TensorType type, double gaussian, double gaussianWeighted, double heavy, double heavyWeighted) {
        check(type, "gaussian", gaussian(), null, gaussian);
        check(type, "gaussian, weighted", gaussian(), importance(), gaussianWeighted);
        check(type, "heavy-tailed", heavy(), null, heavy);
        check(type, "heavy-tailed, weighted", heavy(), importance(), heavyWeighted);
    }

    private static void check(TensorType type, String rows, float[] x, float[] importance, double bound) {
        float[] y = QuantizeTest.roundTrip(type, x, ROWS, importance, 2);
        double error = relativeError(x, y, importance, 0, x.length);
        System.out.printf("%s rows, %s: relative error %.6f, llama.cpp %.6f%n", rows, type, error, bound);
        assertTrue(error <= bound + 5e-7, type + " " + rows + ": " + error + ", the reference " + bound);
    }

    /** Root of the (weighted) squared error relative to the (weighted) squared norm. */
    private static double relativeError(float[] x, float[] y, float[] importance, int from, int n) {
        double error = 0;
        double norm = 0;
        for (int i = from; i < from + n; i++) {
            double w = importance == null ? 1 : importance[i % importance.length];
            error += w * (x[i] - (double) y[i]) * (x[i] - (double) y[i]);
            norm += w * x[i] * x[i];
        }
        return Math.sqrt(error / norm);
    }

    /** Normal rows of the usual size of weights. */
    static float[] gaussian() {
        Random random = new Random(11);
        float[] x = new float[ROWS * WIDTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextGaussian() * 0.02);
        }
        return x;
    }

    /** Student's t with three degrees of freedom: outliers of fifty deviations. */
    static float[] heavy() {
        Random random = new Random(12);
        float[] x = new float[ROWS * WIDTH];
        for (int i = 0; i < x.length; i++) {
            double normal = random.nextGaussian();
            double squares = 0;
            for (int j = 0; j < 3; j++) {
                double other = random.nextGaussian();
                squares += other * other;
            }
            x[i] = (float) (0.02 * normal / Math.sqrt(squares / 3));
        }
        return x;
    }

    /** Log-normal, as squared activations are. */
    private static float[] importance() {
        Random random = new Random(13);
        float[] weights = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            weights[i] = (float) Math.exp(1.5 * random.nextGaussian());
        }
        return weights;
    }
}
