// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import java.util.ArrayList;
import java.util.List;

/** Some rows of a tensor, which are read, encoded and written together. */
record Band(TensorTask tensor, long firstRow, int rows) {
    /** Small enough for caches and for many bands in progress, large enough to read and write at full speed. */
    private static final long TARGET_ELEMENTS = 1 << 20;

    /** Divides all rows of a tensor into bands. If the row order within heads changes, a band has whole heads. */
    static List<Band> of(TensorTask tensor) {
        long unit = Math.max(1, tensor.headDim());
        long perBand = unit * Math.max(1, TARGET_ELEMENTS / tensor.width() / unit);
        List<Band> bands = new ArrayList<>();
        for (long row = 0; row < tensor.rows(); row += perBand) {
            bands.add(new Band(tensor, row, (int) Math.min(perBand, tensor.rows() - row)));
        }
        return bands;
    }

    long elements() {
        return (long) rows * tensor.width();
    }

    /** Bytes of the rows as they are stored. */
    long storedBytes() {
        return rows * tensor.source().type().bytes(tensor.width());
    }

    /** Bytes of the rows in their final format. */
    long bytes() {
        return rows * tensor.type().bytes(tensor.width());
    }
}
