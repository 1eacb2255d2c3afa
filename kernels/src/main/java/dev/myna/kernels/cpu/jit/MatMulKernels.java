// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.host.Kernel;
import dev.myna.kernels.cpu.jit.contract.FloatTile;

/**
 * The kernels of matmuls with weights of one type and with tiles of one width. They are written when a matmul with few activation rows,
 * or with many, first needs them. Safe for threads.
 */
final class MatMulKernels {
    private final Kernels kernels;
    private final TensorType type;
    private final int vectors;
    private final boolean floats;
    private final Kernel[] matVec;
    private Few few;
    private Many many;

    /**
     * What few activation rows need beside {@link #matVec}.
     *
     * @param quantize rounds activations; null with float weights
     * @param order reorders rounded activations; null if they stay in order
     */
    record Few(Kernel quantize, Kernel order) {}

    /**
     * What many activation rows need.
     *
     * @param quantize rounds activations; null with float weights
     * @param panel expands stored weights to a panel
     * @param tile multiplies a panel with packed activations
     * @param store writes the sums of tiles to the output
     * @param pack packs activations, or the integers of rounded activations
     * @param packScales packs scales and sums of rounded activations; null with float weights
     */
    record Many(Kernel quantize, Kernel panel, Kernel tile, Kernel store, Kernel pack, Kernel packScales) {}

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

    synchronized Few few() {
        if (few == null) {
            few = floats ? new Few(null, null) : new Few(kernels.quantize(type), kernels.order(type));
        }
        return few;
    }

    synchronized Many many() {
        if (many == null) {
            many = new Many(
                    floats ? null : kernels.quantizeForTile(type),
                    kernels.panel(type, vectors),
                    kernels.tile(type, vectors),
                    kernels.store(),
                    kernels.pack(type, vectors),
                    floats ? null : kernels.packScales(type, vectors));
        }
        return many;
    }
}
