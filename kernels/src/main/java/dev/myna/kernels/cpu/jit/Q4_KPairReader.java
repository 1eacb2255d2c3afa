// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.TensorType;

/** Q4_K where vectors have 64 bytes: those of 128 weights at once, the low halves of all before the high ones. */
final class Q4_KPairReader extends Q4_KReader {
    private final Vec bytes;

    Q4_KPairReader(KernelCode code) {
        super(code, TensorType.Q4_K);
        bytes = code.take();
    }

    /** Whether a type is read so. */
    static boolean reads(TensorType type, Isa isa) {
        return isa.avx512() && type == TensorType.Q4_K;
    }

    @Override
    int groupOf(int part, int lane) {
        return part / 2 * 4 + part % 2 + lane / 8 * 2;
    }

    @Override
    void part(Gpr row, int part, Vec[] to) {
        if (part % 2 == 0) {
            a.vmovups(bytes, Mem.at(row, quants() + 32 * part));
        } else {
            a.vpsrld(bytes, bytes, 4);
        }
        low(to[0], bytes);
    }
}
