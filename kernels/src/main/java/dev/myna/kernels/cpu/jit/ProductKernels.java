// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.asm.host.Kernel;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The kernels that multiply weights of one type, written when they are first asked for: by the thread that describes a
 * product, before others compute it.
 */
final class ProductKernels {
    private final IntFunction<Kernel> matVecWriter;
    private final Kernel[] matVec;
    private final Written panel;
    private final Written tile;
    private final Written store;
    private final Written quantize;
    private final Written quantizeForTile;
    private final Written order;
    private final Written pack;
    private final Written packScales;

    /** A kernel that is written when it is needed. */
    private static final class Written {
        private final Supplier<Kernel> writer;
        private Kernel kernel;
        private boolean written;

        Written(Supplier<Kernel> writer) {
            this.writer = writer;
        }

        synchronized Kernel get() {
            if (!written && writer != null) {
                kernel = writer.get();
            }
            written = true;
            return kernel;
        }
    }

    /**
     * Nothing is written yet.
     *
     * @param matVec for a count of activation rows
     * @param mostColumns the largest count
     * @param panel expands weights
     * @param tile multiplies expanded weights and packed activations
     * @param store writes sums to the output
     * @param quantize rounds activations for {@code matVec}, null for floats
     * @param quantizeForTile rounds activations for {@code tile}, null for floats
     * @param order arranges rounded activations for {@code matVec}, null (or gives null) if they stay as they are
     * @param pack turns activations, or their integers
     * @param packScales turns scales and sums of rounded activations, null for floats
     */
    ProductKernels(
            IntFunction<Kernel> matVec,
            int mostColumns,
            Supplier<Kernel> panel,
            Supplier<Kernel> tile,
            Supplier<Kernel> store,
            Supplier<Kernel> quantize,
            Supplier<Kernel> quantizeForTile,
            Supplier<Kernel> order,
            Supplier<Kernel> pack,
            Supplier<Kernel> packScales) {
        matVecWriter = matVec;
        this.matVec = new Kernel[mostColumns];
        this.panel = new Written(panel);
        this.tile = new Written(tile);
        this.store = new Written(store);
        this.quantize = new Written(quantize);
        this.quantizeForTile = new Written(quantizeForTile);
        this.order = new Written(order);
        this.pack = new Written(pack);
        this.packScales = new Written(packScales);
    }

    int mostColumns() {
        return matVec.length;
    }

    synchronized Kernel matVec(int columns) {
        if (matVec[columns - 1] == null) {
            matVec[columns - 1] = matVecWriter.apply(columns);
        }
        return matVec[columns - 1];
    }

    Kernel panel() {
        return panel.get();
    }

    Kernel tile() {
        return tile.get();
    }

    Kernel store() {
        return store.get();
    }

    Kernel quantize() {
        return quantize.get();
    }

    Kernel quantizeForTile() {
        return quantizeForTile.get();
    }

    Kernel order() {
        return order.get();
    }

    Kernel pack() {
        return pack.get();
    }

    Kernel packScales() {
        return packScales.get();
    }
}
