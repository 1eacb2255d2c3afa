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
record RopeReader(ContextRope rope, RopeScaling scaling) {

    /**
     * Reads the rotary embedding of a file.
     *
     * @param prefix what the keys begin with: the architecture and a dot
     * @param context positions the model was trained for
     */
    static RopeReader read(GgufFile file, String prefix, int headDim, RopePairing pairing, int context) {
        int turning = file.metadata().integer(prefix + "rope.dimension_count", 0, Integer.MAX_VALUE, headDim);
        if (turning < 2 || turning % 2 != 0 || turning > headDim) {
            throw new ModelException(file.name() + ": " + prefix + "rope.dimension_count = " + turning
                    + " must be even and 2 to the head dimension " + headDim);
        }
        String baseKey = prefix + "rope.freq_base";
        float base = RopeScaling.requirePositive(file, baseKey, file.metadata().number(baseKey, 10_000f));
        RopeScaling scaling = RopeScaling.read(file, prefix, turning / 2, base, context);
        Rope rope = new Rope(headDim, turning, base, pairing, scaling.divisors()).withMagnitude(scaling.factor());
        Rope longer = scaling.longer().equals(scaling.divisors()) ? rope : rope.withDivisors(scaling.longer());
        return new RopeReader(new ContextRope(rope, longer, scaling.trained()), scaling);
    }
}
