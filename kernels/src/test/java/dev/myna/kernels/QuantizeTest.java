// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.format.Layout;
import dev.myna.kernels.quantize.Quantize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every number format: what survives the way to blocks and back, and what is refused. */
class QuantizeTest {
    private static final int WIDTH = 512;

    /** One step of the coarsest scale relative to the largest magnitude of a row. */
    private static double step(TensorType type) {
        Layout layout = BlockFormat.of(type).layout();
        return switch (type) {
            case F32 -> 0;
            case F16 -> 0x1p-11;
            case BF16 -> 0x1p-8;
            default -> layout.hasMinimums() ? 2.0 / layout.maxUnsigned() : 1.0 / ((1 << layout.bits() - 1) - 1);
        };
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void errorsStayBelowOneStep(TensorType type) {
        Random random = new Random(3);
        for (int rows : new int[] {1, 3, 7}) {
            float[] x = new float[rows * WIDTH];
            for (int i = 0; i < x.length; i++) {
                x[i] = random.nextFloat() * 2 - 1;
            }
            float[] y = roundTrip(type, x, rows, null, 2);
            for (int i = 0; i < x.length; i++) {
                assertEquals(x[i], y[i], step(type), type + " element " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void zerosStayZero(TensorType type) {
        for (float y : roundTrip(type, new float[3 * WIDTH], 3, null, 1)) {
            assertEquals(0, Math.abs(y));
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void constantRowsKeepTheirValue(TensorType type) {
        for (float value : new float[] {0.75f, -0.75f, 3e-3f}) {
            float[] x = new float[WIDTH];
            Arrays.fill(x, value);
            // Two float16 factors, or a bfloat16; IQ4_XS and Q3_K reach any value with one level.
            for (float y : roundTrip(type, x, 1, null, 1)) {
                assertEquals(value, y, Math.abs(value) * 0x1p-8, type + " " + value);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void tinyNumbersBecomeTinyNumbers(TensorType type) {
        for (float size : new float[] {1e-7f, 1e-20f, 1e-38f, Float.MIN_VALUE}) {
            float[] x = new float[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                x[i] = i % 3 == 0 ? size : i % 3 == 1 ? -size : 0;
            }
            for (float y : roundTrip(type, x, 1, null, 1)) {
                assertTrue(Math.abs(y) <= Math.max(2 * size, 1e-5f), type + ": " + size + " became " + y);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void largeNumbersFitOrAreRefused(TensorType type) {
        float[] x = new float[3 * WIDTH];
        x[2 * WIDTH + 5] = 6e4f;
        assertEquals(6e4f, roundTrip(type, x, 3, null, 1)[2 * WIDTH + 5], 6e4f * step(type));
        x[2 * WIDTH + 5] = Float.MAX_VALUE;
        if (type == TensorType.F32) {
            assertEquals(Float.MAX_VALUE, roundTrip(type, x, 3, null, 1)[2 * WIDTH + 5]);
            return;
        }
        String message = assertThrows(IllegalArgumentException.class, () -> roundTrip(type, x, 3, null, 2))
                .getMessage();
        assertTrue(message.startsWith("row 2: magnitudes up to 3.4028235E38 do not fit " + type), message);
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void refusesNanAndInfinity(TensorType type) {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] x = new float[5 * WIDTH];
            x[4 * WIDTH + 17] = bad;
            String message = assertThrows(IllegalArgumentException.class, () -> roundTrip(type, x, 5, null, 2))
                    .getMessage();
            assertEquals("row 4, column 17 is " + bad + ": only finite numbers can be quantized", message);
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void bytesDoNotDependOnThreads(TensorType type) {
        float[] x = QuantizationErrorTest.heavy();
        assertArrayEquals(blocks(type, x, 64, null, 1), blocks(type, x, 64, null, 5));
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS"})
    void importantColumnsAreKeptBetter(TensorType type) {
        float[] x = Arrays.copyOf(QuantizationErrorTest.gaussian(), 16 * WIDTH);
        float[] importance = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            importance[i] = i % 8 == 0 ? 100 : 0;
        }
        double plain = errorOfEighths(x, roundTrip(type, x, 16, null, 1));
        double weighted = errorOfEighths(x, roundTrip(type, x, 16, importance, 1));
        assertTrue(weighted < 0.9 * plain, type + ": " + weighted + " with importance, " + plain + " without");
    }

    @Test
    void importanceOfZerosIsNone() {
        float[] x = Arrays.copyOf(QuantizationErrorTest.gaussian(), WIDTH);
        assertArrayEquals(blocks(TensorType.Q4_K, x, 1, null, 1), blocks(TensorType.Q4_K, x, 1, new float[WIDTH], 1));
    }

    @Test
    void refusesWrongSizes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment f32 = arena.allocate(2 * 256 * 4);
            MemorySegment out = arena.allocate(2 * 144);
            refused("2 rows of 250: Q4_K needs rows of a multiple of 256", f32, out, 250, null, 1);
            refused("f32 has 2048 bytes; it must have 4096", f32, out, 512, null, 1);
            refused("out has 287 bytes; it must have 288", f32, out.asSlice(1), 256, null, 1);
            refused("out is read-only", f32, out.asReadOnly(), 256, null, 1);
            refused("threads must be at least 1, not 0", f32, out, 256, null, 0);
            refused("the importance has 3 numbers; the rows have 256 columns", f32, out, 256, new float[3], 1);
            float[] importance = new float[256];
            importance[9] = -1;
            refused(
                    "the importance of column 9 is -1.0; it must be finite and not negative",
                    f32,
                    out,
                    256,
                    importance,
                    1);
            refused("f32 must be native memory", MemorySegment.ofArray(new byte[2048]), out, 256, null, 1);
        }
    }

    private static void refused(
            String message, MemorySegment f32, MemorySegment out, int width, float[] importance, int threads) {
        assertEquals(
                message,
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Quantize.quantize(TensorType.Q4_K, f32, out, 2, width, importance, threads))
                        .getMessage());
    }

    private static double errorOfEighths(float[] x, float[] y) {
        double error = 0;
        for (int i = 0; i < x.length; i += 8) {
            error += (x[i] - (double) y[i]) * (x[i] - (double) y[i]);
        }
        return error;
    }

    /** The blocks of a matrix; they must end where their memory ends, at any address. */
    static byte[] blocks(TensorType type, float[] x, int rows, float[] importance, int threads) {
        try (Arena arena = Arena.ofShared()) {
            long bytes = type.bytes(x.length);
            MemorySegment f32 = arena.allocate(x.length * 4L + 1).asSlice(1);
            MemorySegment.copy(x, 0, f32, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, x.length);
            MemorySegment out = arena.allocate(bytes + 9).asSlice(1);
            out.set(ValueLayout.JAVA_LONG_UNALIGNED, bytes, 0x0123456789abcdefL);
            Quantize.quantize(type, f32, out.asSlice(0, bytes), rows, x.length / rows, importance, threads);
            assertEquals(0x0123456789abcdefL, out.get(ValueLayout.JAVA_LONG_UNALIGNED, bytes), "past the end");
            return out.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    static float[] roundTrip(TensorType type, float[] x, int rows, float[] importance, int threads) {
        return expand(type, blocks(type, x, rows, importance, threads), rows, x.length / rows);
    }

    static float[] expand(TensorType type, byte[] bytes, int rows, int width) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment from = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, from, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment to = arena.allocate((long) rows * width * 4);
            Quantize.dequantize(type, from, to, rows, width, 2);
            return to.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }
    }
}
