// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.machine.VectorSupport;
import dev.myna.testing.Machine;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Searches with vectors give the bits of the scalar forms: a file does not depend on the machine that made it. */
class GroupBatchTest {
    private static final List<Levels> LEVELS =
            List.of(Levels.even(-32, 31), Levels.even(-4, 3), Levels.even(0, 15), Levels.uneven());

    @BeforeEach
    void needVectors() {
        Machine.assume(VectorSupport.usable(), "this JVM has no vectors");
    }

    @Test
    void batchesGiveTheSameBits() {
        Random random = new Random(3);
        for (int size : new int[] {16, 32}) {
            for (Levels levels : LEVELS) {
                for (int groups : new int[] {16, 8, 3}) {
                    compare(new ScalarGroupBatch(size, levels), new VectorGroupBatch(size, levels), groups, random);
                }
            }
        }
    }

    private static void compare(GroupBatch scalar, GroupBatch vector, int groups, Random random) {
        float[] row = numbers(random, scalar.size * groups, 0.1);
        float[] weights = new float[row.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 0.1f + random.nextFloat();
        }
        scalar.load(row, weights, 0, groups);
        vector.load(row, weights, 0, groups);
        float[] b = numbers(random, GroupBatch.GROUPS, 0.1);
        float[] inverse = numbers(random, GroupBatch.GROUPS, 500);
        inverse[5] = 0;
        float[] step = numbers(random, GroupBatch.GROUPS, 0.01);
        float[] scalarLevels = new float[scalar.x.length];
        float[] vectorLevels = new float[scalar.x.length];
        step[7] = 0;
        scalar.fit(b, inverse);
        vector.fit(b, inverse);
        assertArrayEquals(scalar.sumQ, vector.sumQ);
        assertArrayEquals(scalar.sumXq, vector.sumXq);
        scalar.choose(b, step, scalarLevels);
        vector.choose(b, step, vectorLevels);
        assertArrayEquals(scalarLevels, vectorLevels);
        assertArrayEquals(scalar.sumQ, vector.sumQ);
        assertArrayEquals(scalar.sumQq, vector.sumQq);
        assertArrayEquals(scalar.sumXq, vector.sumXq);
        assertArrayEquals(scalar.error, vector.error);
        assertTrue(scalar.error[0] > 0);
    }

    @Test
    void unevenLevelsAreTheNearest() {
        Levels uneven = Levels.uneven();
        for (float value = -140; value < 140; value += 0.0625f) {
            float level = uneven.lowest();
            for (int i = 0; i < Levels.STEPS.length; i++) {
                level += value >= Levels.MIDDLES[i] ? Levels.STEPS[i] : 0;
            }
            assertEquals(uneven.round(value), level, "of " + value);
        }
    }

    @Test
    void theLargestMagnitudeOfAnyLength() {
        Random random = new Random(5);
        for (int length = 1; length < 70; length++) {
            float[] row = numbers(random, length, 1);
            float most = 0;
            for (float value : row) {
                most = Math.max(most, Math.abs(value));
            }
            assertEquals(most, Magnitudes.largest(row));
            for (float odd : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, -1e30f}) {
                row[random.nextInt(length)] = odd;
                assertEquals(Float.isFinite(odd) ? 1e30f : Math.abs(odd), Magnitudes.largest(row));
                java.util.Arrays.fill(row, 0.5f);
            }
        }
    }

    private static float[] numbers(Random random, int count, double deviation) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (random.nextGaussian() * deviation);
        }
        return numbers;
    }
}
