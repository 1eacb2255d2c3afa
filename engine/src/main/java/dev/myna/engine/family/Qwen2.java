// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.AttentionBlock;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.decoder.FeedForwardBlock;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/**
 * Qwen1.5, Qwen2 and Qwen2.5 (docs/spec/models.md 5): Llama's layer. Queries, keys and values have biases; the halves of a head rotate
 * together.
 */
final class Qwen2 implements DecoderFamily {

    @Override
    public String architecture() {
        return "qwen2";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        return DecoderConfig.read(file, this, RopePairing.SPLIT_HALF);
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return Llama.layer(
                block, config, AttentionBlock.load(block, config, index), FeedForwardBlock.load(block, config));
    }
}
