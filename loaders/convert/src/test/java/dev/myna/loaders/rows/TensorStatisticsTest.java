// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.quantize.Quantize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Statistics of tensors in every format, next to those of the expanded numbers. */
class TensorStatisticsTest {
    private static final int WIDTH = 512;
    /** More than two threads share in their first bands. */
    private static final int ROWS = 1600;

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void equalThoseOfDequantizedNumbers(TensorType type) {
        byte[] bytes = rows(type, new Random(21));
        float[] values = expand(type, bytes);
        double sum = 0;
        double squares = 0;
        long zeros = 0;
        float minimum = Float.MAX_VALUE;
        float maximum = -Float.MAX_VALUE;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
            zeros += value == 0 ? 1 : 0;
            minimum = Math.min(minimum, value);
            maximum = Math.max(maximum, value);
        }
        double mean = sum / values.length;
        for (int threads : new int[] {1, 2, 3}) {
            TensorStatistics found = TensorStatistics.of(new Bytes(type, bytes), ROWS, WIDTH, threads);
            assertEquals(values.length, found.elements());
            assertEquals(zeros, found.zeros());
            assertEquals(minimum, found.minimum());
            assertEquals(maximum, found.maximum());
            assertEquals(mean, found.mean(), 1e-9 * Math.abs(maximum));
            assertEquals(Math.sqrt(squares / values.length - mean * mean), found.deviation(), 1e-9 * Math.abs(maximum));
            assertFalse(found.broken());
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void oneBadBlockIsFoundAnywhere(TensorType type) {
        byte[] bytes = rows(type, new Random(22));
        int blocks = bytes.length / type.blockBytes();
        for (int block : new int[] {0, blocks / 2, blocks - 1}) {
            byte[] damaged = bytes.clone();
            // All ones are a NaN as a number, and as a scale make NaN of what they scale.
            Arrays.fill(damaged, block * type.blockBytes(), (block + 1) * type.blockBytes(), (byte) 0xFF);
            TensorStatistics found = TensorStatistics.of(new Bytes(type, damaged), ROWS, WIDTH, 2);
            assertTrue(found.broken());
            assertEquals(type.blockSize(), found.nans(), type + " block " + block);
            assertTrue(Float.isFinite(found.maximum()) && Double.isFinite(found.mean()));
        }
    }

    @Test
    void infinitiesAreCounted() {
        byte[] bytes = new byte[2 * WIDTH];
        bytes[1] = 0x7C;
        bytes[2 * WIDTH - 1] = (byte) 0xFC;
        TensorStatistics found = TensorStatistics.of(new Bytes(TensorType.F16, bytes), 1, WIDTH, 1);
        assertEquals(2, found.infinities());
        assertEquals(0, found.nans());
        assertEquals(WIDTH - 2, found.zeros());
    }

    @Test
    void noFiniteNumberGivesZeros() {
        byte[] bytes = new byte[4 * WIDTH];
        Arrays.fill(bytes, (byte) 0xFF);
        TensorStatistics found = TensorStatistics.of(new Bytes(TensorType.F32, bytes), 1, WIDTH, 2);
        assertEquals(new TensorStatistics(WIDTH, WIDTH, 0, 0, 0, 0, 0, 0), found);
    }

    /** A few rows of normal numbers in random order. */
    private static byte[] rows(TensorType type, Random random) {
        int kinds = 8;
        int rowBytes = (int) type.bytes(WIDTH);
        byte[] bytes = new byte[ROWS * rowBytes];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment f32 = arena.allocate((long) kinds * WIDTH * Float.BYTES, Float.BYTES);
            for (int i = 0; i < kinds * WIDTH; i++) {
                f32.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (0.1 + random.nextGaussian()));
            }
            MemorySegment blocks = arena.allocate((long) kinds * rowBytes);
            Quantize.quantize(type, f32, blocks, kinds, WIDTH, null, 1);
            for (int row = 0; row < ROWS; row++) {
                long from = random.nextLong(kinds) * rowBytes;
                MemorySegment.copy(blocks, ValueLayout.JAVA_BYTE, from, bytes, row * rowBytes, rowBytes);
            }
        }
        return bytes;
    }

    private static float[] expand(TensorType type, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment blocks = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, blocks, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment f32 = arena.allocate((long) WIDTH * ROWS * Float.BYTES, Float.BYTES);
            Quantize.dequantize(type, blocks, f32, ROWS, WIDTH, 1);
            return f32.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private record Bytes(TensorType type, byte[] bytes) implements RowSource {
        @Override
        public void read(long first, MemorySegment target) {
            int from = Math.toIntExact(first * type.bytes(WIDTH));
            MemorySegment.copy(bytes, from, target, ValueLayout.JAVA_BYTE, 0, (int) target.byteSize());
        }

        @Override
        public String describe() {
            return "bytes";
        }
    }
}
