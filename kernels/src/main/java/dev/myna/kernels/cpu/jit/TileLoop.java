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
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.ACTIVATIONS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.CONTINUED;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.RECORDS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.SUMS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.TILES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.WEIGHTS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.WEIGHTS_BYTES;

import dev.myna.kernels.cpu.jit.Assembler.Condition;

/**
 * The frame of kernels that multiply the tiles of a band with one tile of activations, over a part of the inner dimension,
 * and add to (or begin) the band's sums, which stay in registers meanwhile.
 */
final class TileLoop {

    private TileLoop() {}

    /**
     * Writes the frame.
     *
     * @param sums of a tile
     * @param record adds the records of weights at r8 and of activations at r9 to the sums, and moves both on
     */
    static void write(KernelCode code, Vec[] sums, Runnable record) {
        Assembler a = code.a;
        int bytes = code.isa.bytes();
        Label nextTile = new Label();
        Label fresh = new Label();
        Label begin = new Label();
        Label nextRecord = new Label();
        a.mov(RBX, argument(WEIGHTS));
        a.mov(RBP, argument(TILES));
        a.mov(R10, argument(SUMS));
        a.bind(nextTile);
        a.mov(RAX, argument(CONTINUED));
        a.test(RAX, RAX);
        a.jump(Condition.ZERO, fresh);
        for (int i = 0; i < sums.length; i++) {
            a.vmovups(sums[i], Mem.at(R10, i * bytes));
        }
        a.jump(begin);
        a.bind(fresh);
        code.zero(sums);
        a.bind(begin);
        a.mov(R8, RBX);
        a.mov(R9, argument(ACTIVATIONS));
        a.mov(R11, argument(RECORDS));

        a.bind(nextRecord);
        record.run();
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, nextRecord);

        for (int i = 0; i < sums.length; i++) {
            a.vmovups(Mem.at(R10, i * bytes), sums[i]);
        }
        a.add(R10, sums.length * bytes);
        a.add(RBX, argument(WEIGHTS_BYTES));
        a.dec(RBP);
        a.jump(Condition.NOT_ZERO, nextTile);
    }
}
