// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.tile;

import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightForm;
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * Multiplies tiles of quantized weights. Twelve registers hold the f32 sums of 6 weight rows times 8 activation rows; the other
 * twenty depend on the instruction that multiplies bytes. For each group of a record, a subclass multiplies bytes to integer
 * sums, converts them to f32, and adds them, times the scales of row and column, to the f32 sums.
 */
public abstract class TileCode {
    final QuantTile tile;
    final WeightForm form;
    final KernelCode code;
    final Assembler a;
    /** [weight row][half of the activation rows]. */
    final V[] sums;

    TileCode(QuantTile tile, WeightForm form) {
        this.tile = tile;
        this.form = form;
        code = new KernelCode(tile.isa());
        a = code.a;
        sums = code.take(tile.rows() * tile.vectors());
    }

    public static byte[] write(QuantTile tile, WeightForm form) {
        TileCode kernel;
        if (tile.isa().i8mm()) {
            kernel = new MatrixTileCode(tile, form);
        } else if (tile.isa().dotProd()) {
            kernel = new DotTileCode(tile, form);
        } else {
            kernel = new PlainTileCode(tile, form);
        }
        TileLoop.write(kernel.code, kernel.sums, kernel::reorder, kernel::record);
        return kernel.code.finish();
    }

    /** Reorders the f32 sums from the order of memory to that of the integer sums, or back. */
    void reorder() {}

    private void record() {
        for (int group = 0; group < tile.groups(); group++) {
            group(group);
        }
        a.add(TileLoop.WEIGHTS, TileLoop.WEIGHTS, tile.record());
        a.add(TileLoop.ACTIVATIONS, TileLoop.ACTIVATIONS, tile.columnRecord());
    }

    /** Writes the code that multiplies the weights and activations of a group and adds to the f32 sums. */
    abstract void group(int group);

    static Mem weights(int at) {
        return Mem.at(TileLoop.WEIGHTS, at);
    }

    static Mem activations(int at) {
        return Mem.at(TileLoop.ACTIVATIONS, at);
    }

    /** Offset of the scales, or sums, of a group for half of the activation rows. */
    final int perColumn(int at, int group, int half) {
        return at + 16 * (group * tile.vectors() + half);
    }

    /** Registers for the scales of all weight rows. */
    final int perRowRegisters() {
        return (tile.rows() * tile.groups() + 3) / 4;
    }

    /** Loads the scales, or offsets, of all weight rows and groups; {@link #perRow} is the index of each. */
    final void loadPerRow(V[] to, int at) {
        int count = tile.rows() * tile.groups();
        for (int i = 0; i < perRowRegisters(); i++) {
            boolean whole = count - 4 * i >= 4;
            a.ldr(whole ? to[i].q() : to[i].d(), weights(at + 16 * i));
        }
    }

    /** The index of a weight row's group in the numbers that {@link #loadPerRow} loads. */
    final int perRow(int row, int group) {
        return row * tile.groups() + group;
    }
}
