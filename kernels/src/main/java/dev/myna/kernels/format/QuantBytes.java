// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Operations that {@link Unpacker}s share. They work on 16 bytes, the smallest contiguous part of a block, as two longs at any vector
 * width: masks and shifts of longs exist everywhere, shifts of bytes do not. A quant with an offset is put at the upper end of its
 * byte, where inverting the highest bit subtracts the offset: q - 8 of four bits is 1/16 of the byte 16 (q xor 8).
 *
 * <p>A vector that crosses a call is allocated, and late in a large method the compiler inlines no more calls. So most formats of
 * super-blocks expand their quants first; the calls for factors, with numbers only, may stay calls.
 */
final class QuantBytes {
    private static final VectorSpecies<Long> L = LongVector.SPECIES_128;

    /** The low nibble of every byte. */
    static final LongVector LOW_NIBBLES = everyByte(0x0f);

    private static final VectorShuffle<Byte> SPREAD = VectorShuffle.fromOp(ByteVector.SPECIES_128, i -> i / 8);

    // Bit i mod 8 of byte i, and what carries it to the highest bit.
    private static final LongVector OWN_BITS = LongVector.broadcast(L, 0x8040201008040201L);
    private static final LongVector CARRIES = LongVector.broadcast(L, 0x00406070787c7e7fL);
    private static final LongVector HIGHEST = everyByte(0x80);

    private QuantBytes() {}

    /** 16 times the same byte. */
    static LongVector everyByte(int value) {
        return LongVector.broadcast(L, value * 0x0101010101010101L);
    }

    /** 16 bytes. */
    static LongVector load(long address) {
        return LongVector.fromMemorySegment(L, NativeMemory.ALL, address, LITTLE_ENDIAN);
    }

    /** Stores 16 bytes. */
    static void store(LongVector v, long address) {
        v.intoMemorySegment(NativeMemory.ALL, address, LITTLE_ENDIAN);
    }

    /** The high nibble of every byte. */
    static LongVector highNibbles(LongVector v) {
        return v.lanewise(VectorOperators.LSHR, 4).and(LOW_NIBBLES);
    }

    /** Bit i of the low 16 bits as the highest bit of byte i. */
    static LongVector highestBits(long bits) {
        return LongVector.broadcast(L, bits)
                .reinterpretAsBytes()
                .rearrange(SPREAD)
                .reinterpretAsLongs()
                .and(OWN_BITS)
                .add(CARRIES)
                .and(HIGHEST);
    }

    /** The factor of 32 weights; may overwrite the factors behind it. */
    static void factor32(float factor, long to) {
        FloatVector v = FloatVector.broadcast(Lanes.F, factor);
        Lanes.store(v, to);
        if (Lanes.W == 4) {
            Lanes.store(v, to + 16);
        }
    }

    /** The factors of eight groups of 32 weights: d times eight signed bytes minus {@code offset}. */
    static void factors32(float d, long scales, int offset, long to) {
        for (int i = 0; i < 8; i++) {
            factor32(d * ((byte) (scales >> 8 * i) - offset), to + i * 32);
        }
    }

    /** The factors of eight groups of 16 weights: d times eight signed bytes minus {@code offset}. */
    static void factors16(float d, long scales, int offset, long to) {
        for (int i = 0; i < 8; i++) {
            Lanes.store(FloatVector.broadcast(Lanes.F, d * ((byte) (scales >> 8 * i) - offset)), to + i * 16);
        }
    }

    /** The minimums of eight groups: -dmin times eight signed bytes. */
    static void minimums(float dmin, long minimums, long to) {
        // Not a loop: the compiler makes faster code of these.
        NativeMemory.putFloat(to, -dmin * (byte) minimums);
        NativeMemory.putFloat(to + 4, -dmin * (byte) (minimums >> 8));
        NativeMemory.putFloat(to + 8, -dmin * (byte) (minimums >> 16));
        NativeMemory.putFloat(to + 12, -dmin * (byte) (minimums >> 24));
        NativeMemory.putFloat(to + 16, -dmin * (byte) (minimums >> 32));
        NativeMemory.putFloat(to + 20, -dmin * (byte) (minimums >> 40));
        NativeMemory.putFloat(to + 24, -dmin * (byte) (minimums >> 48));
        NativeMemory.putFloat(to + 28, -dmin * (byte) (minimums >> 56));
    }
}
