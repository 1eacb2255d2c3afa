// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.decoder.LocalLayers;
import dev.myna.engine.weights.WeightReader;
import dev.myna.loaders.gguf.GgufFile;

/** Command R7B and Aya Vision: Command R whose layers see a window, but for every fourth, which sees everything and turns nothing. */
final class Cohere2 implements DecoderFamily {
    private final CommandR whole = new CommandR();

    @Override
    public String architecture() {
        return "cohere2";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        DecoderConfig config = CommandR.config(file, this);
        return config.withLocal(
                LocalLayers.read(file, "cohere2.", 4, config.ropes()).withoutGlobalRope());
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return whole.layer(block, config, index);
    }
}
