// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.roofline;

import dev.myna.kernels.machine.NativeMemory;

/** The loops without vectors. */
final class ScalarLoops implements RooflineLoops {
    private static final int CHAINS = 12;

    @Override
    public int sum(long address, long bytes) {
        int s0 = 0;
        int s1 = 0;
        for (long i = 0; i < bytes; i += 2 * Integer.BYTES) {
            s0 += NativeMemory.getInt(address + i);
            s1 += NativeMemory.getInt(address + i + Integer.BYTES);
        }
        return s0 + s1;
    }

    @Override
    public float multiplyAdd(long steps) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        float e = 0;
        float f = 0;
        float g = 0;
        float h = 0;
        float i = 0;
        float j = 0;
        float k = 0;
        float l = 0;
        for (long step = 0; step < steps; step++) {
            a = Math.fma(a, 0.5f, 0.5f);
            b = Math.fma(b, 0.5f, 0.5f);
            c = Math.fma(c, 0.5f, 0.5f);
            d = Math.fma(d, 0.5f, 0.5f);
            e = Math.fma(e, 0.5f, 0.5f);
            f = Math.fma(f, 0.5f, 0.5f);
            g = Math.fma(g, 0.5f, 0.5f);
            h = Math.fma(h, 0.5f, 0.5f);
            i = Math.fma(i, 0.5f, 0.5f);
            j = Math.fma(j, 0.5f, 0.5f);
            k = Math.fma(k, 0.5f, 0.5f);
            l = Math.fma(l, 0.5f, 0.5f);
        }
        return Math.min(
                Math.min(Math.min(Math.min(a, b), Math.min(c, d)), Math.min(Math.min(e, f), Math.min(g, h))),
                Math.min(Math.min(i, j), Math.min(k, l)));
    }

    @Override
    public int multiplyAddsPerStep() {
        return CHAINS;
    }
}
