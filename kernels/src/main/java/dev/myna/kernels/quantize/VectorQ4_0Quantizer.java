// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The bytes of {@link Q4_0Quantizer} without weights, several at a time. For vectors of 256 bits and more. */
final class VectorQ4_0Quantizer implements Quantizer {
    private static final int BYTES = 18;

    private final Q4_0Quantizer weighted = new Q4_0Quantizer();

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        if (weights != null) {
            weighted.quantize(row, weights, to);
            return;
        }
        long block = to;
        for (int from = 0; from < row.length; from += 32, block += BYTES) {
            float d = extreme(row, from) / -8;
            float inverse = d == 0 ? 0 : 1 / d;
            Halves.put(block, d);
            for (int i = 0; i < 16; i += Lanes.W) {
                IntVector both = levels(row, from + i, inverse)
                        .or(levels(row, from + 16 + i, inverse).lanewise(VectorOperators.LSHL, 4));
                ((ByteVector) both.convertShape(VectorOperators.I2B, Lanes.B, 0))
                        .intoMemorySegment(NativeMemory.ALL, block + 2 + i, ByteOrder.LITTLE_ENDIAN);
            }
        }
    }

    private static IntVector levels(float[] row, int from, float inverse) {
        FloatVector level =
                FloatVector.fromArray(Lanes.F, row, from).mul(inverse).add(8.5f);
        IntVector whole = (IntVector) level.convertShape(VectorOperators.F2I, Lanes.I, 0);
        return whole.min(15);
    }

    /** As {@link Extremes#signed}. */
    private static float extreme(float[] row, int from) {
        FloatVector most = FloatVector.fromArray(Lanes.F, row, from).abs();
        for (int i = Lanes.W; i < 32; i += Lanes.W) {
            most = FloatVector.fromArray(Lanes.F, row, from + i).abs().max(most);
        }
        float largest = most.reduceLanes(VectorOperators.MAX);
        if (largest == 0) {
            return 0;
        }
        for (int i = 0; i < 32; i += Lanes.W) {
            VectorMask<Float> found =
                    FloatVector.fromArray(Lanes.F, row, from + i).abs().compare(VectorOperators.EQ, largest);
            if (found.anyTrue()) {
                return row[from + i + found.firstTrue()];
            }
        }
        throw new IllegalArgumentException("the row has a NaN");
    }
}
