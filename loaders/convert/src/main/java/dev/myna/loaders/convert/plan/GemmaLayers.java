// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.RopeSettings;
import dev.myna.loaders.gguf.GgufWriter;
import java.util.List;
import java.util.function.Consumer;

/**
 * What Gemma 3's layers have beside those of llama: five of six attend to a window, with a rotation of their own.
 *
 * @param window positions that a layer with a window sees
 * @param localBase base of the rotation in those layers
 */
public record GemmaLayers(int window, float localBase) {
    private static final int PERIOD = 6;
    private static final float LOCAL_BASE = 10_000;
    /** Layers of the 27B model, the only one whose scores are scaled by the width over the heads. */
    private static final int LAYERS_OF_27B = 62;

    /** transformers' defaults. */
    private static final int WINDOW = 4096;

    private static final int QUERY_SCALAR = 256;

    /** Reads them. */
    public static GemmaLayers of(HfConfig config, DecoderMapping decoder) {
        String key = "query_pre_attn_scalar";
        float scalar = config.positive(key, (float) QUERY_SCALAR);
        int expected = decoder.layers() == LAYERS_OF_27B ? decoder.width() / decoder.heads() : decoder.headDim();
        if (scalar != expected) {
            throw config.fail(key, "is not supported; it must be " + expected + " for this size");
        }
        return new GemmaLayers(config.integer("sliding_window", 1, 1 << 30, WINDOW), RopeSettings.localBase(config));
    }

    static void requireSupported(HfConfig config) {
        for (String key : List.of("hidden_activation", "hidden_act")) {
            if (!config.string(key, "gelu_pytorch_tanh").equals("gelu_pytorch_tanh")) {
                throw config.fail(key, "is not supported; it must be gelu_pytorch_tanh");
            }
        }
        List<Object> types = config.list("layer_types");
        for (int i = 0; i < types.size(); i++) {
            if (!(i % PERIOD == PERIOD - 1 ? "full_attention" : "sliding_attention").equals(types.get(i))) {
                throw config.fail("layer_types", "is not supported: every sixth layer attends to everything");
            }
        }
        for (String key : List.of("sliding_window_pattern", "_sliding_window_pattern")) {
            config.requireEqual(key, PERIOD, "as in all published models");
        }
        if (config.bool("use_bidirectional_attention", false)) {
            throw config.fail("use_bidirectional_attention", "is not supported");
        }
    }

    /** The keys. */
    public Consumer<GgufWriter> metadata() {
        return writer -> {
            writer.u32("gemma3.attention.sliding_window", window);
            if (localBase != LOCAL_BASE) {
                writer.f32("gemma3.rope.freq_base_swa", localBase);
            }
        };
    }
}
