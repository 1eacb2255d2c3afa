// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/**
 * IQ4_XS: f16 d, two bytes with the upper two bits and four bytes with the lower four bits of eight scales plus 32, then 16
 * bytes of nibbles for each 32 weights, as in IQ4_NL.
 */
final class IQ4_XSReader extends WeightReader {
    private final Levels levels = new Levels(code);
    /** The bytes of the next chunk: two chunks are loaded together. */
    private final V next = code.take();
    /** Eight six-bit scales as bytes. */
    private final V six = code.take();

    private final V d = code.take();
    private final Constant[] spread = {highest(0), highest(4)};
    private final Constant lowBytes = code.constant(i -> 4 + i % 8 / 2);
    private final Constant lowShifts = code.constant(i -> -4 * (i % 2));
    private final Constant highBytes = code.constant(i -> 2 + i % 8 / 4);
    private final Constant highShifts = code.constant(i -> 4 - 2 * (i % 4));
    private final Constant highBits = code.constant(0x30);
    private final Constant sixBits = code.constant(0x3f);
    private final Constant zero = code.constant(32);

    IQ4_XSReader(KernelCode code) {
        super(code, TensorType.IQ4_XS);
    }

    @Override
    public void begin() {
        V head = next;
        V high = scale;
        a.ldr(head.q(), Mem.post(ROW, 8));
        a.fcvtl(d.s4(), head.h4());
        a.tbl(six.b16(), head.b16(), lowBytes.v().b16());
        a.ushl(six.b16(), six.b16(), lowShifts.v().b16());
        a.tbl(high.b16(), head.b16(), highBytes.v().b16());
        a.ushl(high.b16(), high.b16(), highShifts.v().b16());
        a.bit(six.b16(), high.b16(), highBits.v().b16());
        a.and(six.b16(), six.b16(), sixBits.v().b16());
        a.sub(six.b16(), six.b16(), zero.v().b16());
    }

    @Override
    public V[] chunk(int chunk) {
        if (chunk % 2 == 0) {
            a.ldp(weights[1].q(), next.q(), Mem.post(ROW, 32));
        }
        levels.read(weights[0], weights[1], chunk % 2 == 0 ? weights[1] : next);
        return weights;
    }

    @Override
    public void scales(int set) {
        a.tbl(scale.b16(), six.b16(), spread[set].v().b16());
        a.scvtf(scale.s4(), scale.s4(), 24);
        a.fmul(scale.s4(), scale.s4(), d.s(0));
    }
}
