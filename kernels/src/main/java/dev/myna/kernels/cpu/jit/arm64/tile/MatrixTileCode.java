// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.tile;

import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightForm;
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * Multiplies tiles by {@code smmla} (FEAT_I8MM). An iteration takes eight positions: a register has eight bytes of two weight
 * rows or of two activation rows, and one instruction adds the four dot products of two such registers to a 2 x 2 square of
 * integer sums.
 *
 * <p>Vector registers: 12 f32 sums, 12 integer sums, 3 pairs of weight rows, 4 pairs of activation rows, 1 for products of
 * scales.
 */
final class MatrixTileCode extends TileCode {
    private static final int POSITIONS = 8;

    private final V[] intSums = code.take(sums.length);
    private final V[] weights = code.take(tile.rows() / 2);
    private final V[] activations = code.take(tile.columns() / 2);
    private final V product = code.take();

    MatrixTileCode(QuantTile tile, WeightForm form) {
        super(tile, form);
    }

    /** The f32 sums of a pair of weight rows and a pair of activation rows. */
    private V sum(int pair, int columns) {
        return sums[(2 * pair + columns % 2) * tile.vectors() + columns / 2];
    }

    /** Two rows of four sums become two squares of 2 x 2, or the reverse. */
    @Override
    void reorder() {
        for (int pair = 0; pair < weights.length; pair++) {
            for (int columns = 0; columns < activations.length; columns += 2) {
                V first = sum(pair, columns);
                V second = sum(pair, columns + 1);
                a.mov(product, first);
                a.trn1(first.d2(), first.d2(), second.d2());
                a.trn2(second.d2(), product.d2(), second.d2());
            }
        }
    }

    @Override
    void group(int group) {
        code.zero(intSums);
        for (int k = group * tile.group(); k < (group + 1) * tile.group(); k += POSITIONS) {
            for (int i = 0; i < activations.length; i += 2) {
                a.ldp(activations[i].q(), activations[i + 1].q(), activations(k * tile.columns() + 16 * i));
            }
            for (int pair = 0; pair < weights.length; pair++) {
                a.ldr(weights[pair].q(), weights(64 * pair + 2 * k));
                for (int i = 0; i < activations.length; i++) {
                    V to = intSums[pair * activations.length + i];
                    a.smmla(to.s4(), weights[pair].b16(), activations[i].b16());
                }
            }
        }
        scale(group);
    }

    private void scale(int group) {
        loadSquares(group, tile.scalesAt(), tile.columnScalesAt());
        for (int pair = 0; pair < weights.length; pair++) {
            for (int i = 0; i < activations.length; i++) {
                V square = intSums[pair * activations.length + i];
                code.toFloats(square, form.fraction());
                a.fmul(product.s4(), weights[pair].s4(), activations[i].s4());
                a.fmla(sum(pair, i).s4(), square.s4(), product.s4());
            }
        }
        if (form.offset()) {
            loadSquares(group, tile.subtractAt(), tile.columnSumsAt());
            for (int pair = 0; pair < weights.length; pair++) {
                for (int i = 0; i < activations.length; i++) {
                    a.fmla(sum(pair, i).s4(), weights[pair].s4(), activations[i].s4());
                }
            }
        }
    }

    /** Loads a number for each row and column, repeated so that the product of two registers has the values of a 2 x 2 square. */
    private void loadSquares(int group, int rowsAt, int columnsAt) {
        V[] w = weights;
        if (tile.groups() == 1) {
            a.ldr(w[0].q(), weights(rowsAt));
            a.ldr(w[2].d(), weights(rowsAt + 16));
            a.zip2(w[1].s4(), w[0].s4(), w[0].s4());
            a.zip1(w[0].s4(), w[0].s4(), w[0].s4());
            a.zip1(w[2].s4(), w[2].s4(), w[2].s4());
        } else {
            for (int pair = 0; pair < w.length; pair++) {
                a.ldr(w[pair].q(), weights(rowsAt + 16 * pair));
                if (group == 0) {
                    a.trn1(w[pair].s4(), w[pair].s4(), w[pair].s4());
                } else {
                    a.trn2(w[pair].s4(), w[pair].s4(), w[pair].s4());
                }
            }
        }
        V[] x = activations;
        a.ldp(x[0].q(), x[2].q(), activations(perColumn(columnsAt, group, 0)));
        for (int i = 0; i < x.length; i += 2) {
            a.dup(x[i + 1].d2(), x[i].d(1));
            a.dup(x[i].d2(), x[i].d(0));
        }
    }
}
