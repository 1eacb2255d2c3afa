// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.VectorSupport;
import dev.myna.testing.Machine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Quantizers with vectors give the bytes of the scalar forms: a file does not depend on the machine that made it. */
class VectorQuantizersTest {
    @BeforeEach
    void needVectors() {
        Machine.assume(VectorSupport.usable(), "this JVM has no vectors");
    }

    @Test
    void simpleFormatsGiveTheSameBytes() {
        Machine.assume(Lanes.W >= 8, "vectors of 128 bits are not used for these");
        Random random = new Random(4);
        for (int round = 0; round < 200; round++) {
            float[] row = numbers(random, 32 * 5, Math.pow(10, round % 9 - 5));
            // Ties: halves after scaling, the same magnitude with both signs, zeros of both signs, a block of zeros.
            row[3] = 127;
            row[4] = 0.5f;
            row[5] = -0.5f;
            row[6] = 126.5f;
            row[7] = 0.49999997f;
            row[40 + round % 8] = -9000;
            row[50] = 9000;
            row[64] = -0f;
            java.util.Arrays.fill(row, 96, 128, round % 2 == 0 ? 0f : -0f);
            assertArrayEquals(bytes(new Q8_0.Rounding(), row, 34), bytes(new Q8_0.VectorRounding(), row, 34));
            assertArrayEquals(
                    bytes(new Q4_0.Rounding(TensorType.Q4_0, 8), row, 18), bytes(new Q4_0.VectorRounding(), row, 18));
        }
    }

    private static byte[] bytes(Quantizer quantizer, float[] row, int blockBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate((long) row.length / 32 * blockBytes);
            quantizer.quantize(row, null, out.address());
            return out.toArray(ValueLayout.JAVA_BYTE);
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
