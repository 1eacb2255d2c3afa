// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.gguf.GgufWriter;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the layers of Command R7B and Aya Vision have beside those of llama: three of four attend to a window, the others to everything and
 * without positions.
 *
 * @param window positions that a layer with a window sees
 * @param headDim elements of a head
 * @param logitScale factor on the logits
 */
public record CohereLayers(int window, int headDim, float logitScale) {
    private static final int PERIOD = 4;

    /** transformers' defaults. */
    private static final int WINDOW = 4096;

    private static final float LOGIT_SCALE = 0.0625f;

    /** Reads them. */
    public static CohereLayers of(HfConfig config, DecoderMapping decoder) {
        return new CohereLayers(
                config.integer("sliding_window", 1, 1 << 30, WINDOW),
                decoder.headDim(),
                config.positive("logit_scale", LOGIT_SCALE));
    }

    static void requireSupported(HfConfig config) {
        if (!config.string("hidden_act", "silu").equals("silu")) {
            throw config.fail("hidden_act", "is not supported; it must be silu");
        }
        List<Object> types = config.list("layer_types");
        for (int i = 0; i < types.size(); i++) {
            if (!(i % PERIOD == PERIOD - 1 ? "full_attention" : "sliding_attention").equals(types.get(i))) {
                throw config.fail("layer_types", "is not supported: every fourth layer attends to everything");
            }
        }
        for (String key : List.of("sliding_window_pattern", "_sliding_window_pattern")) {
            config.requireEqual(key, PERIOD, "as in all published models");
        }
        for (String key : List.of("use_parallel_block", "use_gated_activation", "use_embedding_sharing")) {
            if (!config.bool(key, true)) {
                throw config.fail(key, "is not supported; it must be true");
            }
        }
        if (config.bool("use_qk_norm", false)) {
            throw config.fail("use_qk_norm", "is not supported; it must be false");
        }
        if (config.number("rotary_pct", 1f) != 1) {
            throw config.fail("rotary_pct", "is not supported: whole heads are rotated");
        }
        for (String key : List.of("order_of_interleaved_layers", "position_embedding_type", "use_parallel_embedding")) {
            config.has(key); // what layer_types says, or how it was trained
        }
    }

    /** The keys. */
    public Consumer<GgufWriter> metadata() {
        return writer -> writer.u32("cohere2.rope.dimension_count", headDim)
                .u32("cohere2.attention.sliding_window", window)
                .u32("cohere2.attention.sliding_window_pattern", PERIOD)
                .string("cohere2.rope.scaling.type", "none")
                .f32("cohere2.logit_scale", logitScale);
    }
}
