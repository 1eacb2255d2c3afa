// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.tile;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Condition;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.contract.FloatTile;

/**
 * Multiplies tiles of float weights; a record is {@link FloatTile#CHUNK} positions. An iteration takes four positions: it loads
 * their activations, and for four weight rows at a time a vector of each; each of its elements is multiplied with a vector of
 * activation rows.
 *
 * <p>Vector registers: 16 f32 sums (8 weight rows of 2 vectors, or 16 of 1), 4 times 2 vectors of activations, 4 weight rows:
 * 28. That is one load for more than five multiply-adds. There are twice as many sums as a multiply-add takes cycles for each
 * of two units, so that none waits.
 */
public final class FloatTileCode {
    private static final int POSITIONS = 4;
    private static final int ROWS = 4;
    private static final X COUNT = X.X8;

    private FloatTileCode() {}

    public static byte[] write(FloatTile tile) {
        KernelCode code = new KernelCode(tile.isa());
        Assembler a = code.a;
        int vectors = tile.vectors();
        V[] sums = code.take(tile.rows() * vectors);
        V[] activations = code.take(POSITIONS * vectors);
        V[] weights = code.take(ROWS);

        Runnable record = () -> {
            Label next = new Label();
            a.mov(COUNT, FloatTile.CHUNK / POSITIONS);
            a.bind(next);
            for (int i = 0; i < activations.length; i += 2) {
                a.ldp(activations[i].q(), activations[i + 1].q(), Mem.post(TileLoop.ACTIVATIONS, 32));
            }
            for (int first = 0; first < tile.rows(); first += ROWS) {
                for (int r = 0; r < ROWS; r++) {
                    a.ldr(weights[r].q(), Mem.at(TileLoop.WEIGHTS, (first + r) * tile.rowBytes()));
                }
                for (int k = 0; k < POSITIONS; k++) {
                    for (int r = 0; r < ROWS; r++) {
                        for (int v = 0; v < vectors; v++) {
                            V sum = sums[(first + r) * vectors + v];
                            a.fmla(sum.s4(), activations[k * vectors + v].s4(), weights[r].s(k));
                        }
                    }
                }
            }
            a.add(TileLoop.WEIGHTS, TileLoop.WEIGHTS, 4 * POSITIONS);
            a.subs(COUNT, COUNT, 1);
            a.b(Condition.NE, next);
            a.mov(COUNT, tile.record() - 4L * FloatTile.CHUNK);
            a.add(TileLoop.WEIGHTS, TileLoop.WEIGHTS, COUNT);
        };
        TileLoop.write(code, sums, () -> {}, record);
        return code.finish();
    }
}
