// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import java.util.function.IntUnaryOperator;

/**
 * Q5_K: as Q4_K, with 32 bytes of fifth bits before the nibbles: bit i of each byte belongs to the i-th 32 weights. A shift
 * moves it to bit 4.
 */
final class Q5_KReader extends Q4_KReader {
    private static final int BITS = 16;

    private final Vec bits;
    /** The fifth bits of the last 16 weights of each group, for parts in vectors of 64 bytes. */
    private final Vec second;

    private final Vec bit;
    private final Vec mask;

    Q5_KReader(KernelCode code) {
        super(code, TensorType.Q5_K);
        bits = code.take();
        second = code.isa.avx512() ? code.take() : null;
        bit = code.take();
        mask = code.keep(code.everyByte(16));
    }

    @Override
    int quants() {
        return BITS + 32;
    }

    @Override
    public void part(Gpr row, int part, Vec[] to) {
        super.part(row, part, to);
        if (!code.isa.avx512()) {
            for (int i = 0; i < to.length; i++) {
                a.vbroadcasti128(bit, Mem.at(row, BITS + 16 * i));
                if (part < 2) {
                    a.vpsllvd(bit, bit, code.ints(8, lane -> 4 - groupOf(part, lane)));
                } else {
                    a.vpsrlvd(bit, bit, code.ints(8, lane -> groupOf(part, lane) - 4));
                }
                code.orMasked(to[i], bit, mask);
            }
            return;
        }
        if (part == 0) {
            a.vbroadcasti128(bits, Mem.at(row, BITS));
            a.vbroadcasti128(second, Mem.at(row, BITS + 16));
        }
        for (int i = 0; i < to.length; i++) {
            rotate(i == 0 ? bits : second, lane -> groupOf(part, lane));
            code.orMasked(to[i], bit, mask);
        }
    }

    @Override
    public void chunk(Gpr row, int chunk, Vec to) {
        super.chunk(row, chunk, to);
        if (chunk == 0) {
            repeated(bits, Mem.at(row, BITS));
        }
        fifthBits(chunk);
        code.orMasked(to, bit, mask);
    }

    /** Rotates the bit of each lane's group to bit 4 of its bytes. */
    private void rotate(Vec from, IntUnaryOperator group) {
        a.vprolvd(bit, from, code.ints(16, lane -> 4 - group.applyAsInt(lane) & 31));
    }

    /** Moves the fifth bits of a chunk to bit 4 of their bytes. */
    private void fifthBits(int chunk) {
        if (code.isa.avx512()) {
            rotate(bits, lane -> 2 * chunk + lane / 8);
        } else if (chunk < 4) {
            a.vpslld(bit, bits, 4 - chunk);
        } else {
            a.vpsrld(bit, bits, chunk - 4);
        }
    }
}
