// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.R10;
import static dev.myna.kernels.cpu.jit.Gpr.R11;
import static dev.myna.kernels.cpu.jit.Gpr.R8;
import static dev.myna.kernels.cpu.jit.Gpr.R9;
import static dev.myna.kernels.cpu.jit.Gpr.RAX;
import static dev.myna.kernels.cpu.jit.Gpr.RBP;
import static dev.myna.kernels.cpu.jit.Gpr.RBX;
import static dev.myna.kernels.cpu.jit.KernelCode.argument;

import dev.myna.kernels.cpu.jit.Assembler.Condition;

/**
 * Multiplies the tiles of a band with one tile of activations, over a part of the inner dimension, and adds to (or begins) the
 * band's sums. Every weight byte quadruple is repeated in a register and multiplied with the same quadruple of all activation
 * rows; integer sums of a group are converted, scaled and added to f32 sums, which stay in registers.
 */
final class TileCode {
    static final int WEIGHTS = 0;
    /** Bytes from one tile's weights to the next. */
    static final int WEIGHTS_BYTES = 8;

    static final int TILES = 16;
    static final int ACTIVATIONS = 24;
    static final int RECORDS = 32;
    /** [tile][row][column] f32. */
    static final int SUMS = 40;
    /** Whether there are sums already. */
    static final int CONTINUED = 48;

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

        Label nextTile = new Label();
        Label fresh = new Label();
        Label begin = new Label();
        Label record = new Label();
        a.mov(RBX, argument(WEIGHTS));
        a.mov(RBP, argument(TILES));
        a.mov(R10, argument(SUMS));
        a.bind(nextTile);
        a.mov(RAX, argument(CONTINUED));
        a.test(RAX, RAX);
        a.jump(Condition.ZERO, fresh);
        for (int i = 0; i < count; i++) {
            a.vmovups(sums[i], Mem.at(R10, i * isa.bytes()));
        }
        a.jump(begin);
        a.bind(fresh);
        code.zero(sums);
        a.bind(begin);
        a.mov(R8, RBX);
        a.mov(R9, argument(ACTIVATIONS));
        a.mov(R11, argument(RECORDS));

        a.bind(record);
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
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, record);

        for (int i = 0; i < count; i++) {
            a.vmovups(Mem.at(R10, i * isa.bytes()), sums[i]);
        }
        a.add(R10, count * isa.bytes());
        a.add(RBX, argument(WEIGHTS_BYTES));
        a.dec(RBP);
        a.jump(Condition.NOT_ZERO, nextTile);
        return code.finish();
    }

    private static Mem quadruple(QuantTile tile, int quad, int v) {
        return Mem.at(R9, (quad * tile.vectors() + v) * tile.isa().bytes());
    }

    private static Mem perColumn(QuantTile tile, int at, int group, int v) {
        return Mem.at(R9, at + (group * tile.vectors() + v) * tile.isa().bytes());
    }
}
