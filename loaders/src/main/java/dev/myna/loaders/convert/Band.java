// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.kernels.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Some rows of a tensor: what is converted at a time. */
record Band(PlannedTensor tensor, TensorType type, long firstRow, int rows) {
    /** Small enough for caches and for many to be under way, large enough to read and write at full speed. */
    private static final long TARGET_ELEMENTS = 1 << 20;

    /** All rows of a tensor. Where heads are reordered, none is cut in two. */
    static List<Band> of(PlannedTensor tensor, TensorType type) {
        long unit = Math.max(1, tensor.headDim());
        long perBand = unit * Math.max(1, TARGET_ELEMENTS / tensor.width() / unit);
        List<Band> bands = new ArrayList<>();
        for (long row = 0; row < tensor.rows(); row += perBand) {
            bands.add(new Band(tensor, type, row, (int) Math.min(perBand, tensor.rows() - row)));
        }
        return bands;
    }

    int width() {
        return (int) tensor.width();
    }

    long elements() {
        return rows * tensor.width();
    }

    /** Bytes of the rows in their final format. */
    long bytes() {
        return rows * type.bytes(tensor.width());
    }
}
