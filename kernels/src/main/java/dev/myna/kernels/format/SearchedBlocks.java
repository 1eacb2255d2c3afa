// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.BlockSearch;
import dev.myna.kernels.format.search.ErrorWeights;

/** Rounds rows with the scales that a search finds. A format says how its blocks hold the result. */
abstract class SearchedBlocks<S extends BlockSearch> implements Quantizer {
    /** The search, with the result for the blocks that are packed. */
    final S fit;

    private final TensorType type;
    private final ErrorWeights weights = new ErrorWeights();

    SearchedBlocks(TensorType type, S fit) {
        this.type = type;
        this.fit = fit;
    }

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        float[] w = this.weights.of(row, weights);
        int size = type.blockSize();
        long block = to;
        for (int from = 0; from < row.length; from += fit.blocks() * size) {
            int count = Math.min(fit.blocks(), (row.length - from) / size);
            fit.fit(row, w, from, count);
            for (int i = 0; i < count; i++, block += type.blockBytes()) {
                pack(i, block);
            }
        }
    }

    /**
     * Writes a block.
     *
     * @param index of the block in the last search
     * @param block its address
     */
    abstract void pack(int index, long block);
}
