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
 * The loops of kernels that multiply the tiles of a band with one tile of packed activations: over tiles, and over the records
 * of a part of the inner dimension. The sums of a tile begin at zero or continue; they stay in registers or in memory.
 *
 * <p>Registers: r8 and r9 are the addresses of the records of weights and of activations, r10 that of the tile's sums, rbx that
 * of the tile's panel; rbp counts tiles, r11 records.
 */
final class TileLoop {

    private TileLoop() {}

    /**
     * Writes the loops of a kernel whose sums stay in registers.
     *
     * @param sums the f32 sums of a tile
     * @param record writes the code that multiplies the records at r8 and r9, adds to the sums, and advances r8 and r9
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
        loops(code, sums.length, load, () -> code.zero(sums), record, store);
    }

    /**
     * Writes the loops of a kernel whose sums stay in memory, because it needs the registers for something else.
     *
     * @param count vectors of f32 sums of a tile
     * @param record writes the code that multiplies the records at r8 and r9, adds to the sums at r10, and advances r8 and r9
     */
    static void write(KernelCode code, int count, Vec temporary, Runnable record) {
        Assembler a = code.a;
        Runnable clear = () -> {
            code.zero(temporary);
            for (int i = 0; i < count; i++) {
                a.vmovups(Mem.at(R10, i * code.isa.bytes()), temporary);
            }
        };
        loops(code, count, () -> {}, clear, record, () -> {});
    }

    private static void loops(
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
