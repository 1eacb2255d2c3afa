// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.rope;

import dev.myna.kernels.RopePairing;

/**
 * Rotary position embedding of single heads in one implementation. Addresses are checked by the caller.
 */
public interface RopeKernels {

    /** Turns one head in place by the factors of its position ({@link RopeTables}). */
    void rotate(long x, long factors, int headDim, RopePairing pairing);
}
