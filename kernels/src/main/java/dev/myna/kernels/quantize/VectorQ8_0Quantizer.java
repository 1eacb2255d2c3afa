// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The bytes of {@link Q8_0Quantizer}, several at a time. For vectors of 256 bits and more. */
final class VectorQ8_0Quantizer implements Quantizer {
    private static final int BYTES = 34;

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        long block = to;
        for (int from = 0; from < row.length; from += 32, block += BYTES) {
            FloatVector most = FloatVector.fromArray(Lanes.F, row, from).abs();
            for (int i = Lanes.W; i < 32; i += Lanes.W) {
                most = FloatVector.fromArray(Lanes.F, row, from + i).abs().max(most);
            }
            float d = most.reduceLanes(VectorOperators.MAX) / 127;
            float inverse = d == 0 ? 0 : 1 / d;
            Halves.put(block, d);
            for (int i = 0; i < 32; i += Lanes.W) {
                FloatVector scaled =
                        FloatVector.fromArray(Lanes.F, row, from + i).mul(inverse);
                IntVector whole = (IntVector) scaled.convertShape(VectorOperators.F2I, Lanes.I, 0);
                // What is cut off is exact, so halves are told from what is just below them.
                FloatVector rest = scaled.sub((FloatVector) whole.convertShape(VectorOperators.I2F, Lanes.F, 0));
                IntVector rounded = whole.add(
                                1, rest.compare(VectorOperators.GE, 0.5f).cast(Lanes.I))
                        .sub(1, rest.compare(VectorOperators.LE, -0.5f).cast(Lanes.I));
                ((ByteVector) rounded.convertShape(VectorOperators.I2B, Lanes.B, 0))
                        .intoMemorySegment(NativeMemory.ALL, block + 2 + i, ByteOrder.LITTLE_ENDIAN);
            }
        }
    }
}
