// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.pixels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.jpeg.segments.Zigzag;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The integer transform against the formula of T.81 A.3.3 in float64, and its short cuts against itself. */
class InverseDctTest {
    private static final long SEED = 5;

    @Test
    void samplesAreWithinOneOfTheFormula() {
        Random random = new Random(SEED);
        InverseDct transform = new InverseDct();
        int[] steps = new int[64];
        short[] block = new short[64];
        byte[] out = new byte[64];
        double squares = 0;
        int blocks = 500;
        for (int i = 0; i < blocks; i++) {
            for (int k = 0; k < 64; k++) {
                steps[k] = 1 + random.nextInt(4);
                block[k] = (short) (random.nextInt(3) == 0 ? random.nextInt(61) - 30 : 0);
            }
            transform.transform(block, 0, steps, 63, out, 0, 8);
            for (int y = 0; y < 8; y++) {
                for (int x = 0; x < 8; x++) {
                    double expected = Math.clamp(formula(block, steps, x, y) + 128, 0, 255);
                    double error = (out[8 * y + x] & 0xff) - expected;
                    assertEquals(0, error, 1, "seed " + SEED + " block " + i);
                    squares += error * error;
                }
            }
        }
        // Rounding alone has a mean square of 1/12; IEEE 1180 allows 0.02 more.
        assertTrue(squares / (64 * blocks) < 1 / 12.0 + 0.02, "mean square error " + squares / (64 * blocks));
    }

    private static double formula(short[] block, int[] steps, int x, int y) {
        double sum = 0;
        for (int v = 0; v < 8; v++) {
            for (int u = 0; u < 8; u++) {
                double scale = (u == 0 ? Math.sqrt(0.5) : 1) * (v == 0 ? Math.sqrt(0.5) : 1) / 4;
                sum += scale
                        * block[8 * v + u]
                        * steps[8 * v + u]
                        * Math.cos((2 * x + 1) * u * Math.PI / 16)
                        * Math.cos((2 * y + 1) * v * Math.PI / 16);
            }
        }
        return sum;
    }

    @Test
    void shortBlocksEqualWholeOnes() {
        Random random = new Random(SEED);
        InverseDct transform = new InverseDct();
        int[] steps = new int[64];
        for (int last = 0; last < 64; last++) {
            for (int i = 0; i < 20; i++) {
                short[] block = new short[64];
                for (int k = 0; k <= last; k++) {
                    steps[Zigzag.NATURAL[k]] = 1 + random.nextInt(30);
                    block[Zigzag.NATURAL[k]] = (short) (random.nextInt(41) - 20);
                }
                byte[] whole = new byte[64];
                byte[] shortened = new byte[64];
                transform.transform(block, 0, steps, 63, whole, 0, 8);
                transform.transform(block, 0, steps, last, shortened, 0, 8);
                assertArrayEquals(whole, shortened, "seed " + SEED + " last " + last);
            }
        }
    }

    @Test
    void zigzagBeginsAndEndsAsInTheStandard() {
        int[] head = {0, 1, 8, 16, 9, 2, 3, 10};
        int[] tail = {47, 55, 62, 63};
        for (int k = 0; k < head.length; k++) {
            assertEquals(head[k], Zigzag.NATURAL[k]);
        }
        for (int k = 0; k < tail.length; k++) {
            assertEquals(tail[k], Zigzag.NATURAL[60 + k]);
        }
    }
}
