// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/**
 * Q4_K: f16 d and dmin, 12 bytes of six-bit scales and minimums, then 32 bytes for each 64 weights: low nibbles are the first
 * 32 weights, high nibbles the others.
 */
class Q4_KReader extends WeightReader {
    private final V[] nibbles = code.take(2);
    /** Eight scales, then eight minimums, as bytes. */
    private final V six = code.take();

    private final V ds = code.take();
    private final V minusDs = code.take();
    private final Constant lower = code.constant(0x0f);
    private final Constant[] spread = {lowest(0), lowest(4), lowest(8), lowest(12)};
    // Bytes b0 to b11 begin at 4. Scales 0-3 are the low six bits of b0-3, minimums 0-3 those of b4-7. Scales 4-7 have
    // their low four bits
    // in the low nibbles of b8-11, minimums 4-7 in the high ones, and their upper two bits in the top bits of b0-3 and
    // b4-7.
    private final Constant lowBytes = fours(4, 12, 8, 12);
    private final Constant lowShifts = fours(0, 0, 0, -4, 0);
    private final Constant highBytes = fours(4, 4, 8, 8);
    private final Constant highBits = fours(0, 0x30, 0, 0x30, 0);
    private final Constant sixBits = code.constant(0x3f);

    Q4_KReader(KernelCode code, TensorType type) {
        super(code, type);
    }

    /** Four runs: each begins with the given number; with four arguments, numbers ascend, with five all of a run are equal. */
    private Constant fours(int... first) {
        int step = first.length == 4 ? 1 : 0;
        return code.constant(i -> first[i / 4] + step * (i % 4));
    }

    @Override
    public void begin() {
        V head = nibbles[0];
        V high = scale;
        a.ldr(head.q(), Mem.post(ROW, 16));
        a.fcvtl(ds.s4(), head.h4());
        a.fneg(minusDs.s4(), ds.s4());
        a.tbl(six.b16(), head.b16(), lowBytes.v().b16());
        a.ushl(six.b16(), six.b16(), lowShifts.v().b16());
        a.tbl(high.b16(), head.b16(), highBytes.v().b16());
        a.ushr(high.b16(), high.b16(), 2);
        a.bit(six.b16(), high.b16(), highBits.v().b16());
        a.and(six.b16(), six.b16(), sixBits.v().b16());
    }

    @Override
    public V[] chunk(int chunk) {
        if (chunk % 2 == 0) {
            a.ldp(nibbles[0].q(), nibbles[1].q(), Mem.post(ROW, 32));
        }
        for (int i = 0; i < 2; i++) {
            if (chunk % 2 == 0) {
                a.and(weights[i].b16(), nibbles[i].b16(), lower.v().b16());
            } else {
                a.ushr(weights[i].b16(), nibbles[i].b16(), 4);
            }
        }
        return weights;
    }

    @Override
    public final void scales(int set) {
        a.tbl(scale.b16(), six.b16(), spread[set].v().b16());
        a.ucvtf(scale.s4(), scale.s4());
        a.fmul(scale.s4(), scale.s4(), ds.s(0));
        a.tbl(offset.b16(), six.b16(), spread[2 + set].v().b16());
        a.ucvtf(offset.s4(), offset.s4());
        a.fmul(offset.s4(), offset.s4(), minusDs.s(1));
    }
}
