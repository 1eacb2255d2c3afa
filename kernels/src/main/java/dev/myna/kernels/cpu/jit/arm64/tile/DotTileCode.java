// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.tile;

import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightForm;
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * A tile by {@code sdot} (FEAT_DotProd): a register has four neighbouring bytes of four activation rows, and is multiplied with four
 * bytes of one weight row, an element of a register that has sixteen.
 *
 * <p>Registers: 12 f32 sums, 12 integer sums, 6 rows of weights, 2 times 4 activation rows. The last eight are free when a group
 * ends: 2 for the scales of activation rows, up to 3 for those of weight rows, 3 for their products.
 */
final class DotTileCode extends TileCode {
    private static final int QUAD = 4;
    /** Weights of a row that are loaded together. */
    private static final int LOADED = 16;

    private final V[] dots = code.take(sums.length);
    private final V[] weights = code.take(tile.rows());
    private final V[] activations = code.take(tile.vectors());

    DotTileCode(QuantTile tile, WeightForm form) {
        super(tile, form);
    }

    @Override
    void group(int group) {
        code.zero(dots);
        for (int k = group * tile.group(); k < (group + 1) * tile.group(); k += QUAD) {
            if (k % LOADED == 0) {
                for (int r = 0; r < weights.length; r++) {
                    a.ldr(weights[r].q(), weights(32 * r + k));
                }
            }
            a.ldp(activations[0].q(), activations[1].q(), activations(k * tile.columns()));
            for (int i = 0; i < dots.length; i++) {
                V four = activations[i % tile.vectors()];
                V row = weights[i / tile.vectors()];
                a.sdot(dots[i].s4(), four.b16(), row.b4(k % LOADED / QUAD));
            }
        }
        scale(group);
    }

    private void scale(int group) {
        int products = perRowRegisters();
        a.ldp(activations[0].q(), activations[1].q(), activations(perColumn(tile.columnScalesAt(), group, 0)));
        loadPerRow(weights, tile.scalesAt());
        for (int i = 0; i < dots.length; i++) {
            int row = perRow(i / tile.vectors(), group);
            V product = weights[products + i % (weights.length - products)];
            code.toFloats(dots[i], form.fraction());
            a.fmul(product.s4(), activations[i % tile.vectors()].s4(), weights[row / 4].s(row % 4));
            a.fmla(sums[i].s4(), dots[i].s4(), product.s4());
        }
        if (form.offset()) {
            a.ldp(activations[0].q(), activations[1].q(), activations(perColumn(tile.columnSumsAt(), group, 0)));
            loadPerRow(weights, tile.subtractAt());
            for (int i = 0; i < dots.length; i++) {
                int row = perRow(i / tile.vectors(), group);
                a.fmla(sums[i].s4(), activations[i % tile.vectors()].s4(), weights[row / 4].s(row % 4));
            }
        }
    }
}
