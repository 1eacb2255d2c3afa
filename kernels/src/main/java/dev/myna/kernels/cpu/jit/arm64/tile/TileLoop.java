// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.tile;

import static dev.myna.kernels.cpu.jit.arm64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Condition;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.contract.Arguments.Tiles;

/**
 * The loops of kernels that multiply the tiles of a band with one tile of packed activations: over tiles, and over the records
 * of a part of the inner dimension. The sums of a tile begin at zero or continue, and stay in registers. The loops use x1 to
 * x3, x6 and x7.
 */
final class TileLoop {
    /** Address of the record of weights. */
    static final X WEIGHTS = X.X4;
    /** Address of the record of activations. */
    static final X ACTIVATIONS = X.X5;

    private static final X TILE = X.X1;
    private static final X TILES = X.X2;
    private static final X SUMS = X.X3;
    private static final X RECORDS = X.X6;
    private static final X WORK = X.X7;

    private TileLoop() {}

    /**
     * Writes the loops.
     *
     * @param sums the f32 sums of a tile, an even number
     * @param reorder writes the code that reorders sums from the order of memory to that of the kernel, and back
     * @param record writes the code that multiplies the records, adds to the sums, and advances both addresses
     */
    static void write(KernelCode code, V[] sums, Runnable reorder, Runnable record) {
        Assembler a = code.a;
        Label nextTile = new Label();
        Label fresh = new Label();
        Label begin = new Label();
        Label nextRecord = new Label();
        a.ldr(TILE, argument(Tiles.WEIGHTS));
        a.ldr(TILES, argument(Tiles.TILES));
        a.ldr(SUMS, argument(Tiles.SUMS));
        a.bind(nextTile);
        a.ldr(WORK, argument(Tiles.CONTINUED));
        a.cbz(WORK, fresh);
        for (int i = 0; i < sums.length; i += 2) {
            a.ldp(sums[i].q(), sums[i + 1].q(), Mem.at(SUMS, 16 * i));
        }
        reorder.run();
        a.b(begin);
        a.bind(fresh);
        code.zero(sums);
        a.bind(begin);
        a.mov(WEIGHTS, TILE);
        a.ldr(ACTIVATIONS, argument(Tiles.ACTIVATIONS));
        a.ldr(RECORDS, argument(Tiles.RECORDS));

        a.bind(nextRecord);
        record.run();
        a.subs(RECORDS, RECORDS, 1);
        a.b(Condition.NE, nextRecord);

        reorder.run();
        for (int i = 0; i < sums.length; i += 2) {
            a.stp(sums[i].q(), sums[i + 1].q(), Mem.at(SUMS, 16 * i));
        }
        a.add(SUMS, SUMS, 16 * sums.length);
        a.ldr(WORK, argument(Tiles.WEIGHTS_BYTES));
        a.add(TILE, TILE, WORK);
        a.subs(TILES, TILES, 1);
        a.b(Condition.NE, nextTile);
    }
}
