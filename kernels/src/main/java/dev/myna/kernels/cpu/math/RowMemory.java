// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.math;

import dev.myna.kernels.machine.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Arrays for plain loops to work on, one set per thread. Native memory comes and goes in one piece: until the optimizing
 * compiler has seen a loop, reading native memory element by element takes ten calls an element.
 */
public final class RowMemory {
    /** Elements of a piece where a range is not a row. */
    public static final int PIECE = 256;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public float[] a = new float[PIECE];
    public float[] b = new float[PIECE];
    public float[] c = new float[PIECE];

    private float[] numbers = {};
    private short[] halves = {};

    /** Makes each array hold {@code count} elements; what they held is lost. */
    public void reserve(int count) {
        if (a.length < count) {
            a = new float[count];
            b = new float[count];
            c = new float[count];
        }
    }

    /** The {@code count} f32 at an address, in an array besides. */
    public float[] floats(long from, int count) {
        makeRoom(count);
        load(from, numbers, count);
        return numbers;
    }

    /** The {@code count} f16 at an address, in that array. */
    public float[] halves(long from, int count) {
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

    public static void load(long from, float[] to, int count) {
        MemorySegment.copy(NativeMemory.ALL, FLOAT, from, to, 0, count);
    }

    public static void store(float[] from, long to, int count) {
        MemorySegment.copy(from, 0, NativeMemory.ALL, FLOAT, to, count);
    }
}
