// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.tile;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R11;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.R9;
import static dev.myna.kernels.asm.x64.Gpr.RAX;
import static dev.myna.kernels.asm.x64.Gpr.RBP;
import static dev.myna.kernels.asm.x64.Gpr.RBX;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.ACTIVATIONS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.CONTINUED;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.RECORDS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.SUMS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.TILES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.WEIGHTS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Tiles.WEIGHTS_BYTES;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Condition;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * The frame of kernels that multiply the tiles of a band with one tile of activations, over a part of the inner dimension,
 * and add to (or begin) the band's sums, which stay in registers or in memory meanwhile.
 */
final class TileLoop {

    private TileLoop() {}

    /**
     * Writes the frame of a kernel whose sums stay in registers.
     *
     * @param sums of a tile
     * @param record adds the records of weights at r8 and of activations at r9 to the sums, and moves both on
     */
    static void write(KernelCode code, Vec[] sums, Runnable record) {
        Assembler a = code.a;
        int bytes = code.isa.bytes();
        Runnable load = () -> {
            for (int i = 0; i < sums.length; i++) {
                a.vmovups(sums[i], Mem.at(R10, i * bytes));
            }
        };
        Runnable store = () -> {
            for (int i = 0; i < sums.length; i++) {
                a.vmovups(Mem.at(R10, i * bytes), sums[i]);
            }
        };
        frame(code, sums.length, load, () -> code.zero(sums), record, store);
    }

    /**
     * Writes the frame of a kernel whose sums stay in memory, because it needs the registers.
     *
     * @param count vectors of sums of a tile
     * @param record adds the records of weights at r8 and of activations at r9 to the sums at r10, and moves r8 and r9 on
     */
    static void write(KernelCode code, int count, Vec temporary, Runnable record) {
        Assembler a = code.a;
        Runnable clear = () -> {
            code.zero(temporary);
            for (int i = 0; i < count; i++) {
                a.vmovups(Mem.at(R10, i * code.isa.bytes()), temporary);
            }
        };
        frame(code, count, () -> {}, clear, record, () -> {});
    }

    private static void frame(
            KernelCode code, int count, Runnable load, Runnable clear, Runnable record, Runnable store) {
        Assembler a = code.a;
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
        load.run();
        a.jump(begin);
        a.bind(fresh);
        clear.run();
        a.bind(begin);
        a.mov(R8, RBX);
        a.mov(R9, argument(ACTIVATIONS));
        a.mov(R11, argument(RECORDS));

        a.bind(nextRecord);
        record.run();
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, nextRecord);

        store.run();
        a.add(R10, count * code.isa.bytes());
        a.add(RBX, argument(WEIGHTS_BYTES));
        a.dec(RBP);
        a.jump(Condition.NOT_ZERO, nextTile);
    }
}
