// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.roofline;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The loops with vectors. */
final class VectorLoops implements RooflineLoops {
    /** Enough to cover four cycles of latency on two units; with both factors they fit sixteen registers. */
    private static final int CHAINS = 12;

    private static final int SUMS = 4;

    @Override
    public int sum(long address, long bytes) {
        IntVector s0 = IntVector.zero(Lanes.I);
        IntVector s1 = s0;
        IntVector s2 = s0;
        IntVector s3 = s0;
        for (long i = 0; i < bytes; i += SUMS * Lanes.BYTES) {
            s0 = ints(address + i).add(s0);
            s1 = ints(address + i + Lanes.BYTES).add(s1);
            s2 = ints(address + i + 2 * Lanes.BYTES).add(s2);
            s3 = ints(address + i + 3 * Lanes.BYTES).add(s3);
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }

    private static IntVector ints(long address) {
        return IntVector.fromMemorySegment(Lanes.I, NativeMemory.ALL, address, LITTLE_ENDIAN);
    }

    @Override
    public float multiplyAdd(long steps) {
        FloatVector half = FloatVector.broadcast(Lanes.F, 0.5f);
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        FloatVector i = a;
        FloatVector j = a;
        FloatVector k = a;
        FloatVector l = a;
        for (long step = 0; step < steps; step++) {
            a = half.fma(a, half);
            b = half.fma(b, half);
            c = half.fma(c, half);
            d = half.fma(d, half);
            e = half.fma(e, half);
            f = half.fma(f, half);
            g = half.fma(g, half);
            h = half.fma(h, half);
            i = half.fma(i, half);
            j = half.fma(j, half);
            k = half.fma(k, half);
            l = half.fma(l, half);
        }
        FloatVector least = a.min(b)
                .min(c)
                .min(d)
                .min(e)
                .min(f)
                .min(g)
                .min(h)
                .min(i)
                .min(j)
                .min(k)
                .min(l);
        return least.reduceLanes(VectorOperators.MIN);
    }

    @Override
    public int multiplyAddsPerStep() {
        return CHAINS * Lanes.W;
    }
}
