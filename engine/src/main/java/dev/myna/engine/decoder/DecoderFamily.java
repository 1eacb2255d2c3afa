// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.weights.WeightReader;
import dev.myna.loaders.gguf.GgufFile;

/** A family of decoders: which files are its own, what they say, and what one of its layers computes. Stateless. */
public interface DecoderFamily {

    /** The {@code general.architecture} of its files. */
    String architecture();

    /**
     * Reads and checks the hyper-parameters of one of its files.
     *
     * @throws dev.myna.engine.error.ModelException if the numbers contradict each other
     * @throws dev.myna.loaders.gguf.GgufException if a key is missing, has another type or is out of range
     */
    DecoderConfig config(GgufFile file);

    /**
     * Loads one layer.
     *
     * @param block reads the tensors {@code blk.INDEX.*}
     * @param index number of the layer, from 0: some families have layers of several kinds
     * @throws dev.myna.loaders.gguf.GgufException if a tensor is missing or has another shape
     */
    DecoderLayer layer(WeightReader block, DecoderConfig config, int index);
}
