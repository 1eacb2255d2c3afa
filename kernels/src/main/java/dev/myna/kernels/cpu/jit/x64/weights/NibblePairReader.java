// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Q4_0 and IQ4_NL in vectors of 64 bytes. One permutation of two registers gathers the quants of four blocks of 18 bytes. The
 * low nibbles are one vector of the part, the high nibbles the other; lanes of both belong to the same blocks, so that their
 * dot products are added before they are scaled. That halves the work of scaling.
 */
final class NibblePairReader extends NibbleReader {
    /** For each part, the 16-bit elements of two consecutive vectors of a row that are the quants of four blocks. */
    private final Vec[] blocks;
    /** The 16-bit elements that are the scales of eight blocks. */
    private final Vec deltas;
    /** The first 64 bytes of a step; later the last ones. */
    private final Vec first;

    /** The 64 bytes of a step from byte 64 on. */
    private final Vec middle;

    NibblePairReader(KernelCode code, TensorType type) {
        super(code, type);
        // Part 0 permutes the vectors at bytes 0 and 64, part 1 those at bytes 64 and 128.
        blocks = new Vec[] {
            code.keep(code.shorts(i -> i / 8 * 9 + 1 + i % 8)),
            code.keep(code.shorts(i -> 36 - 32 + i / 8 * 9 + 1 + i % 8))
        };
        deltas = code.keep(code.shorts(i -> i < 8 ? 9 * i : 0));
        first = code.take();
        middle = code.take();
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        a.vmovups(first, Mem.at(row, 0));
        a.vmovups(middle, Mem.at(row, 64));
        Vec found = scale[0].as(code.isa.bytes());
        a.vmovups(found, first);
        a.vpermt2w(found, deltas, middle);
        a.vcvtph2ps(scale[0], scale[0].as(16));
        symmetric(scale, subtract);
    }

    @Override
    public void part(Gpr row, int part, Vec[] to) {
        Vec bytes = part == 0 ? first : middle;
        if (part == 1) {
            // Only sixteen bytes remain. A whole vector that ends with them would mostly lie in two cache lines.
            a.vmovups(first.as(16), Mem.at(row, 128));
        }
        a.vpermt2w(bytes, blocks[part], part == 0 ? middle : first);
        nibbles(to, bytes);
    }
}
