// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.host.Kernel;
import dev.myna.kernels.cpu.jit.contract.FloatTile;

/**
 * The kernels of matmuls with weights of one type and with tiles of one width. Each is written when it is first asked for. Safe for
 * threads.
 */
final class MatMulKernels {
    private final Kernels kernels;
    private final TensorType type;
    private final int vectors;
    private final boolean floats;
    private final Kernel[] matVec;
    private Kernel panel;
    private Kernel tile;
    private Kernel store;
    private Kernel quantize;
    private Kernel quantizeForTile;
    private Kernel order;
    private boolean ordered;
    private Kernel pack;
    private Kernel packScales;

    /** @param vectors vectors of activation rows in a tile, 1 or 2 */
    MatMulKernels(Kernels kernels, TensorType type, int vectors) {
        this.kernels = kernels;
        this.type = type;
        this.vectors = vectors;
        floats = FloatTile.reads(type);
        matVec = new Kernel[kernels.isa().maxColumns()];
    }

    /** Multiplies stored weights with activations. */
    synchronized Kernel matVec(int columns) {
        if (matVec[columns - 1] == null) {
            matVec[columns - 1] = kernels.matVec(type, columns);
        }
        return matVec[columns - 1];
    }

    /** Rounds activations for {@link #matVec}; null with float weights. */
    synchronized Kernel quantize() {
        if (quantize == null && !floats) {
            quantize = kernels.quantize(type);
        }
        return quantize;
    }

    /** Reorders rounded activations for {@link #matVec}; null if they stay in order. */
    synchronized Kernel order() {
        if (!ordered && !floats) {
            order = kernels.order(type);
        }
        ordered = true;
        return order;
    }

    /** Expands stored weights to a panel. */
    synchronized Kernel panel() {
        if (panel == null) {
            panel = kernels.panel(type, vectors);
        }
        return panel;
    }

    /** Multiplies a panel with packed activations. */
    synchronized Kernel tile() {
        if (tile == null) {
            tile = kernels.tile(type, vectors);
        }
        return tile;
    }

    /** Writes the sums of tiles to the output. */
    synchronized Kernel store() {
        if (store == null) {
            store = kernels.store();
        }
        return store;
    }

    /** Rounds activations for {@link #tile}; null with float weights. */
    synchronized Kernel quantizeForTile() {
        if (quantizeForTile == null && !floats) {
            quantizeForTile = kernels.quantizeForTile(type);
        }
        return quantizeForTile;
    }

    /** Packs activations, or the integers of rounded activations. */
    synchronized Kernel pack() {
        if (pack == null) {
            pack = kernels.pack(type, vectors);
        }
        return pack;
    }

    /** Packs scales and sums of rounded activations; null with float weights. */
    synchronized Kernel packScales() {
        if (packScales == null && !floats) {
            packScales = kernels.packScales(type, vectors);
        }
        return packScales;
    }
}
