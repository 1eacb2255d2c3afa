// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/** Qwen2-VL and Qwen2.5-VL: Qwen2 whose heads turn by time, row and column, in three stretches of pairs. */
final class Qwen2Vl implements DecoderFamily {
    private final Qwen2 text = new Qwen2();

    @Override
    public String architecture() {
        return "qwen2vl";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        DecoderConfig config = DecoderConfig.read(file, this, RopePairing.SPLIT_HALF);
        return config.withRope(RopeSections.read(file, architecture()).chunked(config.rope()));
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return text.layer(block, config, index);
    }
}
