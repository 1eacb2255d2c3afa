// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.tile;

import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightForm;
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * Multiplies tiles by {@code sdot} (FEAT_DotProd). An iteration takes four positions: it loads four bytes of each of eight
 * activation rows to two registers, and multiplies each with four bytes of each weight row, which are an element of the
 * register with that row's weights.
 *
 * <p>Vector registers: 12 f32 sums, 12 integer sums, 6 weight rows, 2 for activations. The last eight are free at the end of a
 * group: 2 hold the scales of activation rows, up to 3 those of weight rows, 3 their products.
 */
final class DotTileCode extends TileCode {
    private static final int QUAD = 4;
    /** Weights of a row that one load reads. */
    private static final int LOADED = 16;

    private final V[] intSums = code.take(sums.length);
    private final V[] weights = code.take(tile.rows());
    private final V[] activations = code.take(tile.vectors());

    DotTileCode(QuantTile tile, WeightForm form) {
        super(tile, form);
    }

    @Override
    void group(int group) {
        code.zero(intSums);
        for (int k = group * tile.group(); k < (group + 1) * tile.group(); k += QUAD) {
            if (k % LOADED == 0) {
                for (int r = 0; r < weights.length; r++) {
                    a.ldr(weights[r].q(), weights(32 * r + k));
                }
            }
            a.ldp(activations[0].q(), activations[1].q(), activations(k * tile.columns()));
            for (int i = 0; i < intSums.length; i++) {
                V four = activations[i % tile.vectors()];
                V row = weights[i / tile.vectors()];
                a.sdot(intSums[i].s4(), four.b16(), row.b4(k % LOADED / QUAD));
            }
        }
        scale(group);
    }

    private void scale(int group) {
        int products = perRowRegisters();
        a.ldp(activations[0].q(), activations[1].q(), activations(perColumn(tile.columnScalesAt(), group, 0)));
        loadPerRow(weights, tile.scalesAt());
        for (int i = 0; i < intSums.length; i++) {
            int row = perRow(i / tile.vectors(), group);
            V product = weights[products + i % (weights.length - products)];
            code.toFloats(intSums[i], form.fraction());
            a.fmul(product.s4(), activations[i % tile.vectors()].s4(), weights[row / 4].s(row % 4));
            a.fmla(sums[i].s4(), intSums[i].s4(), product.s4());
        }
        if (form.offset()) {
            a.ldp(activations[0].q(), activations[1].q(), activations(perColumn(tile.columnSumsAt(), group, 0)));
            loadPerRow(weights, tile.subtractAt());
            for (int i = 0; i < intSums.length; i++) {
                int row = perRow(i / tile.vectors(), group);
                a.fmla(sums[i].s4(), activations[i % tile.vectors()].s4(), weights[row / 4].s(row % 4));
            }
        }
    }
}
