// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.tile;

import static dev.myna.kernels.asm.x64.Gpr.R12;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.R9;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Condition;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Multiplies tiles of float weights; a record is {@link FloatTile#CHUNK} positions. Each iteration takes four positions: for
 * each, it loads the vectors of activations, repeats the weight of each row over a register, and multiplies and adds. r12
 * counts iterations; vector registers are 12 x 2 (AVX2: 6 x 2) f32 sums, two activations and a weight.
 */
public final class FloatTileCode {
    private static final int UNROLL = 4;

    private FloatTileCode() {}

    public static byte[] write(FloatTile tile, Convention convention) {
        Isa isa = tile.isa();
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        int count = tile.rows() * tile.vectors();
        Vec[] sums = code.take(count);
        Vec[] activations = code.take(tile.vectors());
        Vec weight = code.take();

        Runnable record = () -> {
            Label inner = new Label();
            a.mov32(R12, FloatTile.CHUNK / UNROLL);
            a.bind(inner);
            for (int k = 0; k < UNROLL; k++) {
                for (int v = 0; v < tile.vectors(); v++) {
                    a.vmovups(activations[v], Mem.at(R9, (k * tile.vectors() + v) * isa.bytes()));
                }
                for (int r = 0; r < tile.rows(); r++) {
                    a.vbroadcastss(weight, Mem.at(R8, r * tile.rowBytes() + 4 * k));
                    for (int v = 0; v < tile.vectors(); v++) {
                        a.vfmadd231ps(sums[r * tile.vectors() + v], weight, activations[v]);
                    }
                }
            }
            a.add(R8, 4 * UNROLL);
            a.add(R9, UNROLL * tile.vectors() * isa.bytes());
            a.dec(R12);
            a.jump(Condition.NOT_ZERO, inner);
            a.add(R8, tile.record() - 4 * FloatTile.CHUNK);
        };
        TileLoop.write(code, sums, record);
        return code.finish();
    }
}
