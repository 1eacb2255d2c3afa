// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.rope;

import dev.myna.kernels.RopePairing;
import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** Rotation with vectors; a head whose half is not a number of whole vectors goes through the scalar form. */
public final class VectorRope implements RopeKernels {
    private static final VectorShuffle<Float> SWAP_PAIRS = VectorShuffle.fromOp(Lanes.F, lane -> lane ^ 1);

    @Override
    public void rotate(long x, long factors, int headDim, RopePairing pairing) {
        boolean whole = headDim / 2 % Lanes.W == 0;
        if (!whole) {
            RopeKernels.super.rotate(x, factors, headDim, pairing);
        } else if (pairing == RopePairing.ADJACENT) {
            adjacent(x, factors, headDim);
        } else {
            splitHalf(x, factors, headDim);
        }
    }

    private static void adjacent(long x, long factors, int headDim) {
        long others = factors + headDim * 4L;
        for (int i = 0; i < headDim * 4; i += Lanes.BYTES) {
            FloatVector v = Lanes.load(x + i);
            FloatVector turned = v.rearrange(SWAP_PAIRS).mul(Lanes.load(others + i));
            Lanes.store(v.fma(Lanes.load(factors + i), turned), x + i);
        }
    }

    private static void splitHalf(long x, long factors, int headDim) {
        long others = factors + headDim * 4L;
        int half = headDim * 2;
        for (int i = 0; i < half; i += Lanes.BYTES) {
            FloatVector a = Lanes.load(x + i);
            FloatVector b = Lanes.load(x + half + i);
            FloatVector turnedB = b.mul(Lanes.load(others + i));
            FloatVector turnedA = a.mul(Lanes.load(others + half + i));
            Lanes.store(a.fma(Lanes.load(factors + i), turnedB), x + i);
            Lanes.store(b.fma(Lanes.load(factors + half + i), turnedA), x + half + i);
        }
    }
}
