// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.RandomWeights;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import dev.myna.kernels.machine.Lanes;
import dev.myna.testing.Golden;
import dev.myna.testing.Machine;
import dev.myna.testing.NeedsGolden;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Expansion of every block format: equal to llama.cpp, and the vector form equal to the scalar form. */
class BlockFormatTest {
    private static final int ROWS = 8;
    private static final int WIDTH = 512;

    @BeforeAll
    static void requireWidth() {
        Machine.assume(Lanes.asRequested(), "no vectors of that width");
    }

    @NeedsGolden
    @ParameterizedTest
    @EnumSource(value = TensorType.class, names = "F32", mode = EnumSource.Mode.EXCLUDE)
    void expandsGoldenBlocks(TensorType type) {
        float[] expected = Golden.floats("llamacpp/blocks/" + type + ".f32");
        byte[] blocks = Golden.bytes("llamacpp/blocks/" + type + ".bin");
        BlockFormat format = BlockFormat.of(type);
        assertEquals(type, format.layout().type());
        assertWithinOneUlp(expected, expand(format, type, blocks, ROWS * WIDTH));
        assertWithinOneUlp(expected, expand(format.simd(), type, blocks, ROWS * WIDTH));
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void vectorFormEqualsScalarForm(TensorType type) {
        Random random = new Random(7);
        for (int blocks : new int[] {1, 2, 3, 7, 8, 13, 16, 31, 33, 65}) {
            int elements = blocks * type.blockSize();
            byte[] bytes = RandomWeights.bytes(type, elements, random);
            BlockFormat format = BlockFormat.of(type);
            assertArrayEquals(
                    expand(format, type, bytes, elements), expand(format.simd(), type, bytes, elements), "" + blocks);
        }
    }

    /** Any bytes are numbers: infinities and NaN included, in the same places. */
    @ParameterizedTest
    @EnumSource(TensorType.class)
    void vectorFormEqualsScalarFormOnArbitraryBytes(TensorType type) {
        byte[] bytes = new byte[(int) type.bytes(64 * 256)];
        new Random(8).nextBytes(bytes);
        BlockFormat format = BlockFormat.of(type);
        assertArrayEquals(expand(format, type, bytes, 64 * 256), expand(format.simd(), type, bytes, 64 * 256));
    }

    @Test
    void everyHalfExpandsToItsValue() {
        byte[] bytes = new byte[2 << 16];
        for (int i = 0; i < 1 << 16; i++) {
            bytes[2 * i] = (byte) i;
            bytes[2 * i + 1] = (byte) (i >> 8);
        }
        float[] actual = expand(new F16.Simd(), TensorType.F16, bytes, 1 << 16);
        for (int i = 0; i < 1 << 16; i++) {
            assertEquals(Float.float16ToFloat((short) i), actual[i]);
        }
    }

    @Test
    void roundsToHalfLikeTheJdk() {
        Random random = new Random(9);
        int count = 1 << 16;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(count * 4L);
            MemorySegment halves = arena.allocate(count * 2L);
            for (int i = 0; i < count; i++) {
                float value = i < 1 << 15
                        ? Float.intBitsToFloat(random.nextInt())
                        : (float) (random.nextGaussian() * Math.scalb(1.0, random.nextInt(45) - 27));
                // Ties to even, near and below the smallest normal half.
                value = i % 16 == 0 ? Math.round(value * 0x1p14f) * 0x1p-25f : value;
                floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
            }
            F16.Simd.quantize(floats.address(), halves.address(), count);
            for (int i = 0; i < count; i++) {
                float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                short actual = halves.getAtIndex(ValueLayout.JAVA_SHORT, i);
                if (Float.isNaN(value)) {
                    assertTrue(Float.isNaN(Float.float16ToFloat(actual)));
                } else {
                    assertEquals(Float.floatToFloat16(value), actual, () -> "rounding " + value);
                }
            }
        }
    }

    @Test
    void describesTheWidthInUse() {
        assertTrue(Devices.describeCpu().contains(Lanes.BITS + "-bit"), Devices.describeCpu());
    }

    /** Input and output end exactly where their memory ends, and neither is aligned. */
    private static float[] expand(Dequantizer form, TensorType type, byte[] blocks, int elements) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(blocks.length + 1).asSlice(1);
            MemorySegment to = arena.allocate(elements * 4L + 8).asSlice(2);
            MemorySegment.copy(blocks, 0, from, ValueLayout.JAVA_BYTE, 0, blocks.length);
            to.set(ValueLayout.JAVA_INT_UNALIGNED, elements * 4L, 0x5ca1ab1e);
            form.dequantize(
                    from.address(),
                    to.address(),
                    elements / type.blockSize(),
                    arena.allocate(Dequantizer.WORK_BYTES).address());
            assertEquals(0x5ca1ab1e, to.get(ValueLayout.JAVA_INT_UNALIGNED, elements * 4L), "written past the end");
            float[] values = new float[elements];
            MemorySegment.copy(to, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values, 0, elements);
            return values;
        }
    }

    private static void assertWithinOneUlp(float[] expected, float[] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], Math.ulp(expected[i]), "element " + i);
        }
    }
}
