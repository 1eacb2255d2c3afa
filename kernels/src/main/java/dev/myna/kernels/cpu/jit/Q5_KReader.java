// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.TensorType;

/** Q5_K: as Q4_K, with 32 bytes of fifth bits before the others: bit i of them belongs to the i-th 32 weights. */
final class Q5_KReader extends Q4_KReader {
    private final Vec bits;
    private final Vec bit;

    Q5_KReader(KernelCode code) {
        super(code, TensorType.Q5_K);
        bits = code.take();
        bit = code.take();
    }

    @Override
    int quants() {
        return 48;
    }

    @Override
    void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        super.scales(row, scale, subtract);
        repeated(bits, Mem.at(row, 16));
    }

    @Override
    void chunk(Gpr row, int chunk, Vec to) {
        super.chunk(row, chunk, to);
        fifthBits(chunk);
        a.vpandd(bit, bit, code.everyByte(16));
        a.vpord(to, to, bit);
    }

    /** Moves the chunk's bits to bit 4 of their bytes. */
    private void fifthBits(int chunk) {
        if (code.isa.avx512()) {
            int first = 2 * chunk;
            if (first < 4) {
                a.vpsllvd(bit, bits, code.ints(16, lane -> 4 - first - lane / 8));
            } else {
                a.vpsrlvd(bit, bits, code.ints(16, lane -> first - 4 + lane / 8));
            }
        } else if (chunk < 4) {
            a.vpslld(bit, bits, 4 - chunk);
        } else {
            a.vpsrld(bit, bits, chunk - 4);
        }
    }
}
