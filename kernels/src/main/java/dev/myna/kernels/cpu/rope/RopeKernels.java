// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.rope;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.RopePairing;

/**
 * Rotary position embedding of single heads. Addresses are checked by the caller. The default is the specification: in double
 * precision, rounded once. An implementation overrides it if it is faster.
 */
public interface RopeKernels {

    /** Turns one head in place by the factors of its position ({@link RopeTables}). */
    default void rotate(long x, long factors, int headDim, RopePairing pairing) {
        for (int pair = 0; pair < headDim / 2; pair++) {
            boolean adjacent = pairing == RopePairing.ADJACENT;
            long first = adjacent ? 8L * pair : 4L * pair;
            long second = adjacent ? first + 4 : first + 2L * headDim;
            double a = getFloat(x + first);
            double b = getFloat(x + second);
            double cos = getFloat(factors + first);
            double sin = getFloat(factors + headDim * 4L + second);
            putFloat(x + first, (float) (a * cos - b * sin));
            putFloat(x + second, (float) (b * cos + a * sin));
        }
    }
}
