// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Magnitudes} on vectors. */
final class VectorMagnitudes {
    private static final int WITHOUT_SIGN = 0x7FFF_FFFF;

    private VectorMagnitudes() {}

    static float largest(float[] row) {
        IntVector most = IntVector.zero(Lanes.I);
        int i = 0;
        for (; i <= row.length - Lanes.W; i += Lanes.W) {
            most = FloatVector.fromArray(Lanes.F, row, i)
                    .reinterpretAsInts()
                    .and(WITHOUT_SIGN)
                    .max(most);
        }
        int rest = Float.floatToRawIntBits(Magnitudes.largest(row, i));
        return Float.intBitsToFloat(Math.max(most.reduceLanes(VectorOperators.MAX), rest));
    }
}
