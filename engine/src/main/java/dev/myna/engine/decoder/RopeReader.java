// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/**
 * A decoder's rotary embedding as its file says.
 *
 * @param rope the frequencies, scaled
 * @param scaling how
 */
record RopeReader(Rope rope, RopeScaling scaling) {

    /**
     * Reads the rotary embedding of a file.
     *
     * @param prefix what the keys begin with: the architecture and a dot
     * @param context positions the model was trained for
     */
    static RopeReader read(GgufFile file, String prefix, int headDim, RopePairing pairing, int context) {
        int rotated = file.metadata().integer(prefix + "rope.dimension_count", 0, Integer.MAX_VALUE, headDim);
        if (headDim % 2 != 0 || rotated != headDim) {
            throw new ModelException(file.name() + ": " + prefix + "rope.dimension_count = " + rotated
                    + " must equal the head dimension " + headDim + ", and that must be even");
        }
        String baseKey = prefix + "rope.freq_base";
        float base = RopeScaling.requirePositive(file, baseKey, file.metadata().number(baseKey, 10_000f));
        RopeScaling scaling = RopeScaling.read(file, prefix, headDim / 2, base, context);
        return new RopeReader(new Rope(headDim, base, pairing, scaling.divisors()), scaling);
    }
}
