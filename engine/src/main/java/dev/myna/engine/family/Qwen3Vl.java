// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/**
 * Qwen3-VL, dense: Qwen3 whose heads turn by time, row and column, from pair to pair in turn. Rows of images have more rows added behind
 * the first layers.
 */
final class Qwen3Vl implements DecoderFamily {
    private static final String DEEPSTACK = "qwen3vl.n_deepstack_layers";

    private final Qwen3 text = new Qwen3();

    @Override
    public String architecture() {
        return "qwen3vl";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        DecoderConfig config = DecoderConfig.read(file, this, RopePairing.SPLIT_HALF);
        int deepstack = file.metadata().integer(DEEPSTACK, 0, Integer.MAX_VALUE, 0);
        if (deepstack > config.layers()) {
            throw new ModelException(
                    file.name() + ": " + DEEPSTACK + " = " + deepstack + " exceeds the " + config.layers() + " layers");
        }
        return config.withRope(RopeSections.read(file, architecture()).interleaved(config.rope()))
                .withDeepstack(deepstack);
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return text.layer(block, config, index);
    }
}
