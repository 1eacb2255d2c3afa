// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.R8;
import static dev.myna.kernels.cpu.jit.Gpr.R9;

/**
 * Multiplies the tiles of a band with one tile of activations, over a part of the inner dimension, and adds to (or begins) the
 * band's sums. Every weight byte quadruple is repeated in a register and multiplied with the same quadruple of all activation
 * rows; integer sums of a group are converted, scaled and added to f32 sums, which stay in registers.
 */
final class TileCode {
    private TileCode() {}

    static byte[] write(QuantTile tile, Convention convention, boolean large) {
        Isa isa = tile.isa();
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        int count = tile.rows() * tile.vectors();
        Vec[] sums = code.take(count);
        Vec[] dots = code.take(count);
        Vec weight = code.take();
        Vec temporary = code.take();
        // With few registers, activations are read again for each row.
        Vec[] activations = isa.avx512() ? code.take(tile.vectors()) : null;

        Runnable record = () -> {
            int quads = tile.group() / 4;
            for (int group = 0; group < tile.groups(); group++) {
                code.zero(dots);
                for (int quad = group * quads; quad < (group + 1) * quads; quad++) {
                    for (int v = 0; v < tile.vectors() && activations != null; v++) {
                        a.vmovups(activations[v], quadruple(tile, quad, v));
                    }
                    for (int r = 0; r < tile.rows(); r++) {
                        a.vbroadcastss(weight, Mem.at(R8, 32 * r + 4 * quad));
                        for (int v = 0; v < tile.vectors(); v++) {
                            Operand signed = activations == null ? quadruple(tile, quad, v) : activations[v];
                            code.dot(dots[r * tile.vectors() + v], weight, signed, large, temporary);
                        }
                    }
                }
                for (int r = 0; r < tile.rows(); r++) {
                    int at = 4 * (r * tile.groups() + group);
                    a.vbroadcastss(weight, Mem.at(R8, tile.scalesAt() + at));
                    for (int v = 0; v < tile.vectors(); v++) {
                        int i = r * tile.vectors() + v;
                        a.vcvtdq2ps(dots[i], dots[i]);
                        a.vmulps(temporary, weight, perColumn(tile, tile.columnScalesAt(), group, v));
                        a.vfmadd231ps(sums[i], dots[i], temporary);
                    }
                    a.vbroadcastss(weight, Mem.at(R8, tile.subtractAt() + at));
                    for (int v = 0; v < tile.vectors(); v++) {
                        a.vfnmadd231ps(
                                sums[r * tile.vectors() + v], weight, perColumn(tile, tile.columnSumsAt(), group, v));
                    }
                }
            }
            a.add(R8, tile.record());
            a.add(R9, tile.columnRecord());
        };
        TileLoop.write(code, sums, record);
        return code.finish();
    }

    private static Mem quadruple(QuantTile tile, int quad, int v) {
        return Mem.at(R9, (quad * tile.vectors() + v) * tile.isa().bytes());
    }

    private static Mem perColumn(QuantTile tile, int at, int group, int v) {
        return Mem.at(R9, at + (group * tile.vectors() + v) * tile.isa().bytes());
    }
}
