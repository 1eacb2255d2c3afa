// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.rope;

import static dev.myna.kernels.cpu.math.RowMemory.load;
import static dev.myna.kernels.cpu.math.RowMemory.store;

import dev.myna.kernels.RopePairing;
import dev.myna.kernels.cpu.math.RowMemory;
import dev.myna.kernels.machine.Lanes;

/** The operations of {@link VectorRope} element by element, with the same bits. */
public final class PlainRope implements RopeKernels {
    private final ThreadLocal<RowMemory> memory;

    public PlainRope(ThreadLocal<RowMemory> memory) {
        this.memory = memory;
    }

    @Override
    public void rotate(long x, long factors, int headDim, RopePairing pairing) {
        if (headDim / 2 % Lanes.W != 0) {
            RopeKernels.super.rotate(x, factors, headDim, pairing);
            return;
        }
        RowMemory rows = memory.get();
        rows.reserve(2 * headDim);
        load(x, rows.a, headDim);
        load(factors, rows.b, 2 * headDim);
        turn(rows.a, rows.b, headDim, pairing == RopePairing.ADJACENT);
        store(rows.a, x, headDim);
    }

    /** @param factors those of each element, then those of its partner */
    private static void turn(float[] x, float[] factors, int headDim, boolean adjacent) {
        int half = headDim / 2;
        for (int pair = 0; pair < half; pair++) {
            int first = adjacent ? 2 * pair : pair;
            int second = adjacent ? first + 1 : first + half;
            float a = x[first];
            float b = x[second];
            x[first] = Math.fma(a, factors[first], b * factors[headDim + first]);
            x[second] = Math.fma(b, factors[second], a * factors[headDim + second]);
        }
    }
}
