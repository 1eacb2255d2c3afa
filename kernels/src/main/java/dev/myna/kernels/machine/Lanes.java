// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.machine;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this process and the loads, stores and reductions all vector kernels share. The width is the
 * machine's preferred one, or the property {@code myna.vector.bits} (128, 256 or 512, not above the preferred one). Every
 * method is small enough to be inlined; a vector that crosses a call that is not inlined costs an allocation.
 */
public final class Lanes {
    private static final int PREFERRED_BITS = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    private static final String REQUESTED = System.getProperty("myna.vector.bits", "");

    /** Bits per vector: 128, 256 or 512. */
    public static final int BITS = chooseBits();

    /** f32 lanes: 4, 8 or 16. */
    public static final VectorSpecies<Float> F = switch (BITS) {
        case 512 -> FloatVector.SPECIES_512;
        case 256 -> FloatVector.SPECIES_256;
        default -> FloatVector.SPECIES_128;
    };

    /** As many int lanes as f32 lanes. */
    public static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** Lanes: f32 per vector. */
    public static final int W = F.length();

    /** Bytes per f32 vector. */
    public static final int BYTES = W * Float.BYTES;

    /** As many 16-bit lanes as f32 lanes. */
    public static final VectorSpecies<Short> S = switch (BITS) {
        case 512 -> ShortVector.SPECIES_256;
        case 256 -> ShortVector.SPECIES_128;
        default -> ShortVector.SPECIES_64;
    };
    /** As many byte lanes as f32 lanes, but for 128-bit vectors: there is no four-byte species. */
    public static final VectorSpecies<Byte> B = BITS == 512 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    /** 0, 1, 2 ... in int lanes. */
    public static final IntVector IOTA = IntVector.zero(I).addIndex(1);

    private static final VectorShuffle<Float> ROTATE_8 = rotate(8);
    private static final VectorShuffle<Float> ROTATE_4 = rotate(4);
    private static final VectorShuffle<Float> ROTATE_2 = rotate(2);
    private static final VectorShuffle<Float> ROTATE_1 = rotate(1);

    private Lanes() {}

    /** Whether the machine has vectors of at least 128 bits. */
    public static boolean usable() {
        return PREFERRED_BITS >= 128;
    }

    /** Whether the width equals the requested one, if the property requests one. */
    public static boolean asRequested() {
        return REQUESTED.isEmpty() || REQUESTED.equals(Integer.toString(BITS));
    }

    /** The width in words, with the reason when it is not the machine's preferred one. */
    public static String describe() {
        if (REQUESTED.isEmpty()) {
            return BITS + "-bit vectors";
        }
        return asRequested()
                ? BITS + "-bit vectors (set by myna.vector.bits)"
                : BITS + "-bit vectors (myna.vector.bits=" + REQUESTED + " ignored: use 128, 256 or 512, at most "
                        + PREFERRED_BITS + " on this machine)";
    }

    private static int chooseBits() {
        int limit = Math.clamp(PREFERRED_BITS, 128, 512);
        return switch (REQUESTED) {
            case "128" -> 128;
            case "256" -> limit >= 256 ? 256 : limit;
            case "512" -> limit;
            default -> Integer.highestOneBit(limit);
        };
    }

    private static VectorShuffle<Float> rotate(int distance) {
        return VectorShuffle.fromOp(F, lane -> (lane + distance) & (F.length() - 1));
    }

    /** W f32. */
    public static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(F, NativeMemory.ALL, address, LITTLE_ENDIAN);
    }

    /** Stores W f32. */
    public static void store(FloatVector v, long address) {
        v.intoMemorySegment(NativeMemory.ALL, address, LITTLE_ENDIAN);
    }

    /** W unsigned 16-bit integers as ints. */
    public static IntVector unsignedShorts(long address) {
        return (IntVector) ShortVector.fromMemorySegment(S, NativeMemory.ALL, address, LITTLE_ENDIAN)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
    }

    /** W signed 16-bit integers as ints. */
    public static IntVector shorts(long address) {
        return (IntVector) ShortVector.fromMemorySegment(S, NativeMemory.ALL, address, LITTLE_ENDIAN)
                .convertShape(VectorOperators.S2I, I, 0);
    }

    /** Stores the low 16 bits of W ints. */
    public static void storeShorts(IntVector v, long address) {
        ((ShortVector) v.convertShape(VectorOperators.I2S, S, 0))
                .intoMemorySegment(NativeMemory.ALL, address, LITTLE_ENDIAN);
    }

    /**
     * Sum of all lanes as a fixed tree. {@code reduceLanes} leaves the order open, and interpreter and compiler choose
     * differently; answers must not depend on how warm the code is.
     */
    public static float sum(FloatVector v) {
        FloatVector t = v;
        if (W >= 16) {
            t = t.add(t.rearrange(ROTATE_8));
        }
        if (W >= 8) {
            t = t.add(t.rearrange(ROTATE_4));
        }
        t = t.add(t.rearrange(ROTATE_2));
        return t.add(t.rearrange(ROTATE_1)).lane(0);
    }

    /** {@link #sum(FloatVector)} of W f32. No vector crosses the call: where it is not inlined, none is allocated. */
    public static float sum(long address) {
        return sum(FloatVector.fromMemorySegment(F, NativeMemory.ALL, address, LITTLE_ENDIAN));
    }
}
