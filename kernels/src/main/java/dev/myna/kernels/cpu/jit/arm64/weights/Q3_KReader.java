// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/**
 * Q3_K: 32 bytes of third bits, 64 bytes of the lower two bits, 12 bytes of six-bit scales plus 32, f16 d. Bit i of each byte
 * of third bits belongs to the i-th 32 weights; the lower bits are as in Q2_K.
 *
 * <p>A weight is d times an integer from -4 to 3 times a scale from -32 to 31. The negated product of the two integers fits a
 * signed byte. It is the byte that is read, and -d is its scale.
 */
final class Q3_KReader extends WeightReader {
    private static final int SCALES = 96;
    /** Offset of the last sixteen bytes of the block, which end with d. */
    private static final int TAIL = 94;

    /** The inverted third bits. */
    private final V[] missing = code.take(2);

    private final V[] pairs = code.take(2);
    /** Sixteen negated scales as bytes. */
    private final V six = code.take();

    private final V minusD = code.take();
    private final V work = code.take();
    private final Constant[] bit = new Constant[8];
    private final Constant pair = code.constant(3);
    private final Constant lowBytes = code.constant(i -> SCALES - TAIL + i % 8);
    private final Constant lowShifts = code.constant(i -> i < 8 ? 0 : -4);
    private final Constant highBytes = code.constant(i -> SCALES - TAIL + 8 + i % 4);
    private final Constant highShifts = code.constant(i -> 4 - 2 * (i / 4));
    private final Constant highBits = code.constant(0x30);
    private final Constant sixBits = code.constant(0x3f);
    private final Constant zero = code.constant(32);

    Q3_KReader(KernelCode code) {
        super(code, TensorType.Q3_K);
        for (int i = 0; i < bit.length; i++) {
            bit[i] = code.constant(1 << i);
        }
    }

    @Override
    public void begin() {
        V tail = work;
        V high = scale;
        a.ldr(tail.q(), Mem.at(ROW, TAIL));
        a.ldp(missing[0].q(), missing[1].q(), Mem.post(ROW, 32));
        a.fcvtl2(minusD.s4(), tail.h8());
        a.fneg(minusD.s4(), minusD.s4());
        a.tbl(six.b16(), tail.b16(), lowBytes.v().b16());
        a.ushl(six.b16(), six.b16(), lowShifts.v().b16());
        a.tbl(high.b16(), tail.b16(), highBytes.v().b16());
        a.ushl(high.b16(), high.b16(), highShifts.v().b16());
        a.bit(six.b16(), high.b16(), highBits.v().b16());
        a.and(six.b16(), six.b16(), sixBits.v().b16());
        a.sub(six.b16(), zero.v().b16(), six.b16());
        for (V each : missing) {
            a.not(each.b16(), each.b16());
        }
    }

    @Override
    public V[] chunk(int chunk) {
        int at = chunk % 4;
        if (at == 0) {
            a.ldp(pairs[0].q(), pairs[1].q(), Mem.post(ROW, 32));
        }
        for (int i = 0; i < 2; i++) {
            V w = weights[i];
            a.cmtst(w.b16(), missing[i].b16(), bit[chunk].v().b16());
            V low = at == 0 ? pairs[i] : work;
            if (at > 0) {
                a.ushr(low.b16(), pairs[i].b16(), 2 * at);
            }
            a.bit(w.b16(), low.b16(), pair.v().b16());
            a.dup(work.b16(), six.b(2 * chunk + i));
            a.mul(w.b16(), w.b16(), work.b16());
        }
        if (chunk == 7) {
            a.add(ROW, ROW, bytes() - SCALES);
        }
        return weights;
    }

    @Override
    public void scales(int set) {
        a.dup(scale.s4(), minusD.s(3));
    }
}
