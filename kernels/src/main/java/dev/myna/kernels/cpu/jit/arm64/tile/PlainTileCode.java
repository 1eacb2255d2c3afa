// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.tile;

import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.DotCode;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightForm;
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * Multiplies tiles without FEAT_DotProd. For each group and each half of the activation rows, the bytes of four activation rows
 * are loaded; those of one weight row after the other are multiplied with them, and the integer sums are added pairwise until a
 * register has one number for each activation row.
 *
 * <p>Vector registers: 12 f32 sums, a group's weights of a row (1 or 2) and of four activation rows (4 or 8), 4 integer sums, 1
 * for products, 1 for the scales of activation rows, 2 or 3 for those of weight rows.
 */
final class PlainTileCode extends TileCode {
    /** Activation rows that are multiplied together: the lanes of a vector. */
    private static final int COLUMNS = 4;

    /** Vectors with the bytes of a group of one row. */
    private final int parts = tile.group() / 16;

    private final V[] weights = code.take(parts);
    private final V[][] activations = code.takeRows(COLUMNS, parts);
    private final V[] intSums = code.take(COLUMNS);
    private final V perColumn = code.take();
    private final V[] perRow = code.take(perRowRegisters());
    private final V product = code.take();
    private final DotCode dot = new DotCode(code, product);

    PlainTileCode(QuantTile tile, WeightForm form) {
        super(tile, form);
    }

    @Override
    void group(int group) {
        loadPerRow(perRow, tile.scalesAt());
        for (int half = 0; half < tile.vectors(); half++) {
            for (int c = 0; c < COLUMNS; c++) {
                load(activations[c], activations(32 * (COLUMNS * half + c) + tile.group() * group));
            }
            a.ldr(perColumn.q(), activations(perColumn(tile.columnScalesAt(), group, half)));
            for (int r = 0; r < tile.rows(); r++) {
                load(weights, weights(32 * r + tile.group() * group));
                multiply();
                int row = perRow(r, group);
                code.toFloats(intSums[0], form.fraction());
                a.fmul(product.s4(), perColumn.s4(), perRow[row / 4].s(row % 4));
                a.fmla(sums[r * tile.vectors() + half].s4(), intSums[0].s4(), product.s4());
            }
        }
        if (form.offset()) {
            offset(group);
        }
    }

    private void load(V[] to, Mem from) {
        if (to.length == 2) {
            a.ldp(to[0].q(), to[1].q(), from);
        } else {
            a.ldr(to[0].q(), from);
        }
    }

    /** Multiplies one weight row with four activation rows: {@code intSums[0]} has a sum for each of them. */
    private void multiply() {
        for (int c = 0; c < COLUMNS; c++) {
            dot.sum(intSums[c], weights, activations[c], 0, parts);
        }
        a.addp(intSums[0].s4(), intSums[0].s4(), intSums[1].s4());
        a.addp(intSums[2].s4(), intSums[2].s4(), intSums[3].s4());
        a.addp(intSums[0].s4(), intSums[0].s4(), intSums[2].s4());
    }

    private void offset(int group) {
        loadPerRow(perRow, tile.subtractAt());
        for (int half = 0; half < tile.vectors(); half++) {
            a.ldr(perColumn.q(), activations(perColumn(tile.columnSumsAt(), group, half)));
            for (int r = 0; r < tile.rows(); r++) {
                int row = perRow(r, group);
                a.fmla(sums[r * tile.vectors() + half].s4(), perColumn.s4(), perRow[row / 4].s(row % 4));
            }
        }
    }
}
