// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.format.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Arrays for {@link PlainOperations} to work on, one set per thread. Native memory comes and goes in one piece: until the optimizing
 * compiler has seen a loop, reading native memory element by element takes ten calls an element.
 */
final class RowMemory {
    /** Elements of a piece where a range is not a row. */
    static final int PIECE = 256;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    float[] a = new float[PIECE];
    float[] b = new float[PIECE];
    float[] c = new float[PIECE];

    private float[] numbers = {};
    private short[] halves = {};

    /** Makes each array hold {@code count} elements; what they held is lost. */
    void reserve(int count) {
        if (a.length < count) {
            a = new float[count];
            b = new float[count];
            c = new float[count];
        }
    }

    /** The {@code count} f32 at an address, in an array besides. */
    float[] floats(long from, int count) {
        makeRoom(count);
        load(from, numbers, count);
        return numbers;
    }

    /** The {@code count} f16 at an address, in that array. */
    float[] halves(long from, int count) {
        makeRoom(count);
        MemorySegment.copy(NativeMemory.ALL, SHORT, from, halves, 0, count);
        for (int i = 0; i < count; i++) {
            numbers[i] = Float.float16ToFloat(halves[i]);
        }
        return numbers;
    }

    private void makeRoom(int count) {
        if (numbers.length < count) {
            numbers = new float[count];
            halves = new short[count];
        }
    }

    static void load(long from, float[] to, int count) {
        MemorySegment.copy(NativeMemory.ALL, FLOAT, from, to, 0, count);
    }

    static void store(float[] from, long to, int count) {
        MemorySegment.copy(from, 0, NativeMemory.ALL, FLOAT, to, count);
    }
}
