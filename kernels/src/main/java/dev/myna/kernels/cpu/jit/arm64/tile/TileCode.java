// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.tile;

import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightForm;
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * Multiplies the tiles of a band with one tile of activations, over a part of the inner dimension, and adds to (or begins) the band's
 * sums: 6 weight rows times 8 activation rows are twelve registers of f32 sums, which stay there meanwhile. The other twenty depend
 * on the instruction that multiplies bytes.
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
        TileLoop.write(kernel.code, kernel.sums, kernel::turn, kernel::record);
        return kernel.code.finish();
    }

    /** Brings sums from the order of memory to that of the products, and back. */
    void turn() {}

    private void record() {
        for (int group = 0; group < tile.groups(); group++) {
            group(group);
        }
        a.add(TileLoop.WEIGHTS, TileLoop.WEIGHTS, tile.record());
        a.add(TileLoop.ACTIVATIONS, TileLoop.ACTIVATIONS, tile.columnRecord());
    }

    /** Multiplies weights and activations of a group, and adds their scaled products to the sums. */
    abstract void group(int group);

    static Mem weights(int at) {
        return Mem.at(TileLoop.WEIGHTS, at);
    }

    static Mem activations(int at) {
        return Mem.at(TileLoop.ACTIVATIONS, at);
    }

    /** Where a half of the activation rows' scales, or sums, of a group are. */
    final int perColumn(int at, int group, int half) {
        return at + 16 * (group * tile.vectors() + half);
    }

    /** Registers that all rows' scales take. */
    final int perRowRegisters() {
        return (tile.rows() * tile.groups() + 3) / 4;
    }

    /** Loads scales, or what to add, of all rows and groups; {@link #perRow} tells where each is. */
    final void loadPerRow(V[] to, int at) {
        int count = tile.rows() * tile.groups();
        for (int i = 0; i < perRowRegisters(); i++) {
            boolean whole = count - 4 * i >= 4;
            a.ldr(whole ? to[i].q() : to[i].d(), weights(at + 16 * i));
        }
    }

    /** The number of a row's group among those of all rows and groups. */
    final int perRow(int row, int group) {
        return row * tile.groups() + group;
    }
}
