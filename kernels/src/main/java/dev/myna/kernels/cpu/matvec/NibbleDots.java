// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;

/**
 * Formats of blocks of 32 weights with a nibble each. A byte is low + 16 high, so with x / 16 of the high weights and x - that
 * of the low ones two products serve a pair: byte (xHigh / 16) + low (xLow - xHigh / 16). A prepared unit of 2 W activations
 * is these two vectors, then (xLow + xHigh) times {@link #offset}, then, for formats with fifth bits, 16 xLow and 16 xHigh.
 */
interface NibbleDots extends RowDots {

    /** Vectors of a prepared unit: 3, or 5 with fifth bits. */
    int vectors();

    /** What is added to every quant, or 1 where a minimum is multiplied with the sums instead. */
    float offset();

    @Override
    default int rows() {
        return 4;
    }

    @Override
    default int granularity() {
        return 32;
    }

    @Override
    default long preparedFloats(int k) {
        return k / 2L * vectors();
    }

    @Override
    default long prepare(long x, int k, long to) {
        int vectors = vectors();
        float offset = offset();
        long at = to;
        for (int i = 0; i < k / (2 * W); i++) {
            long low = x + Shapes.lowHalf(i);
            FloatVector xLow = FloatVector.fromMemorySegment(F, ALL, low, LITTLE_ENDIAN);
            FloatVector xHigh = FloatVector.fromMemorySegment(F, ALL, low + 64, LITTLE_ENDIAN);
            xHigh.mul(0.0625f).intoMemorySegment(ALL, at, LITTLE_ENDIAN);
            xLow.sub(xHigh.mul(0.0625f)).intoMemorySegment(ALL, at + Shapes.BYTES, LITTLE_ENDIAN);
            xLow.add(xHigh).mul(offset).intoMemorySegment(ALL, at + 2 * Shapes.BYTES, LITTLE_ENDIAN);
            if (vectors == 5) {
                xLow.mul(16).intoMemorySegment(ALL, at + 3 * Shapes.BYTES, LITTLE_ENDIAN);
                xHigh.mul(16).intoMemorySegment(ALL, at + 4 * Shapes.BYTES, LITTLE_ENDIAN);
            }
            at += (long) vectors * Shapes.BYTES;
        }
        return to;
    }
}
