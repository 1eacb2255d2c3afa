// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Q4_0 and IQ4_NL, whose blocks have 18 bytes, where vectors have 64: the bytes of four blocks are gathered to one vector, whose
 * low halves are a vector of u and whose high halves another. Their products belong to the same scales and are added up
 * first, which saves half of the scaling.
 */
final class NibblePairReader extends NibbleReader {
    /** Where 16-bit elements of two neighbouring vectors of a row are the bytes of four blocks. */
    private final Vec[] blocks;
    /** Where they are the scales. */
    private final Vec deltas;
    /** The first 64 bytes of a step, and those from the 64th on. */
    private final Vec first;

    private final Vec middle;

    NibblePairReader(KernelCode code, TensorType type) {
        super(code, type);
        // From the row's start and from 64 bytes on; from 64 and from 128 bytes on.
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
            // Sixteen bytes are left; a whole vector from earlier on would mostly lie in two cache lines.
            a.vmovups(first.as(16), Mem.at(row, 128));
        }
        a.vpermt2w(bytes, blocks[part], part == 0 ? middle : first);
        both(to, bytes);
    }
}
