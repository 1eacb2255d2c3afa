// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/**
 * Q5_0 and Q5_1: f16 d, with Q5_1 f16 m, four bytes of fifth bits, 16 bytes, whose low nibbles are those of the first 16
 * weights. Both are read as numbers from -16 to 15: where the fifth bit is zero, the upper half of the byte is all ones. Q5_1
 * adds 16 d to its offset.
 */
final class Q5Reader extends BlockReader {
    private final V bits = code.take();
    private final V missing = code.take();
    private final Constant firstBytes = code.constant(i -> i / 8);
    private final Constant secondBytes = code.constant(i -> 2 + i / 8);
    private final Constant bitOfByte = code.constant(i -> 1 << i % 8);
    /** 16.0, or null without offsets. */
    private final Constant sixteen;

    Q5Reader(KernelCode code, TensorType type) {
        super(code, type);
        sixteen = form.offset() ? code.floats(i -> 16) : null;
    }

    @Override
    void weights(V first, V second) {
        a.ld1r(bits.s4(), Mem.post(ROW, 4));
        a.ldr(first.q(), Mem.post(ROW, 16));
        a.not(bits.b16(), bits.b16());
        a.ushr(second.b16(), first.b16(), 4);
        insertFifthBits(first, firstBytes);
        insertFifthBits(second, secondBytes);
    }

    private void insertFifthBits(V to, Constant bytes) {
        a.tbl(missing.b16(), bits.b16(), bytes.v().b16());
        a.cmtst(missing.b16(), missing.b16(), bitOfByte.v().b16());
        a.sli(to.b16(), missing.b16(), 4);
    }

    @Override
    public void scales(int set) {
        super.scales(set);
        if (sixteen != null) {
            a.fmla(offset.s4(), scale.s4(), sixteen.v().s4());
        }
    }
}
