// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.kernels.Buffer;

/** A vision transformer with its weights. Immutable and thread-safe. */
public interface Tower {

    /**
     * Features of one or more square tiles.
     *
     * @param pixels normalised, [tiles, 3, S, S]
     * @param features receives [tiles x feature rows, width]
     * @param probe sees each layer's result; what it throws ends the work
     */
    void encode(float[] pixels, int tiles, Buffer features, Probe probe);
}
