// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.W;

import dev.myna.kernels.format.Lanes;
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
            FloatVector xLow = Lanes.load(low);
            FloatVector xHigh = Lanes.load(low + 64);
            Lanes.store(xHigh.mul(0.0625f), at);
            Lanes.store(xLow.sub(xHigh.mul(0.0625f)), at + Shapes.BYTES);
            Lanes.store(xLow.add(xHigh).mul(offset), at + 2 * Shapes.BYTES);
            if (vectors == 5) {
                Lanes.store(xLow.mul(16), at + 3 * Shapes.BYTES);
                Lanes.store(xHigh.mul(16), at + 4 * Shapes.BYTES);
            }
            at += (long) vectors * Shapes.BYTES;
        }
        return to;
    }
}
