// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import dev.myna.kernels.format.Lanes;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the kernels of this package call on W = 8 and W = 16 lanes. They call the Vector API directly, not through helpers
 * of our own: late in a large method the compiler inlines only the former, and a vector that crosses a call is allocated. Addresses are
 * moved on from unit to unit: when they are computed from the loop counter, the compiler splits the loop to move its range
 * checks out, and rows are too short to pay for that.
 */
final class Shapes {
    static final VectorSpecies<Float> F = Lanes.F;
    static final VectorSpecies<Integer> I = Lanes.I;

    /** W bytes. */
    static final VectorSpecies<Byte> B = Lanes.W == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    /** W shorts. */
    static final VectorSpecies<Short> S = Lanes.W == 16 ? ShortVector.SPECIES_256 : ShortVector.SPECIES_128;

    static final int W = Lanes.W;
    static final int BYTES = Lanes.BYTES;

    /** The upper half of the lanes. */
    static final VectorMask<Float> UPPER_HALF = VectorMask.fromLong(F, -1L << W / 2);

    /** W low bits. */
    static final int ONES = (1 << W) - 1;

    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Shapes() {}

    /** How far the block of the next unit of 2 W weights is from that of unit {@code i}. */
    static int step(int i, int blockBytes) {
        return W == 16 || (i & 1) == 1 ? blockBytes : 0;
    }

    /** {@code step} times the number of unit {@code i} within its block of 32 weights. */
    static int inBlock(int i, int step) {
        return W == 16 ? 0 : (i & 1) * step;
    }

    /** Byte offset, in f32, of the activations of unit {@code i}'s low nibbles; those of the high ones are 64 bytes on. */
    static long lowHalf(int i) {
        return (W == 16 ? i * 32L : (i >> 1) * 32L + (i & 1) * 8) * 4;
    }
}
