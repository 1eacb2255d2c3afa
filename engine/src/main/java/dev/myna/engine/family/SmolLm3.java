// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.decoder.LocalLayers;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Attention;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/** SmolLM3: Llama whose heads do not turn in every fourth layer. */
final class SmolLm3 implements DecoderFamily {
    private static final int PERIOD = 4;

    private final Llama text = new Llama();

    @Override
    public String architecture() {
        return "smollm3";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        DecoderConfig config = DecoderConfig.read(file, this, RopePairing.ADJACENT);
        return config.withLocal(new LocalLayers(Attention.NO_WINDOW, PERIOD, config.ropes(), false));
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return text.layer(block, config, index);
    }
}
