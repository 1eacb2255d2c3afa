// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Linear;

/**
 * The feed-forward block of most decoders: {@code down(silu(gate(h)) * up(h))} (docs/spec/models.md 5).
 *
 * @param gate [feed-forward, width]
 * @param up [feed-forward, width]
 * @param down [width, feed-forward]
 */
public record SwigluBlock(Linear gate, Linear up, Linear down) {

    /** Loads {@code ffn_gate}, {@code ffn_up} and {@code ffn_down}, each with a bias where the file has one. */
    public static SwigluBlock load(WeightReader block, DecoderConfig config) {
        return new SwigluBlock(
                block.linear("ffn_gate", config.width(), config.feedForward()),
                block.linear("ffn_up", config.width(), config.feedForward()),
                block.linear("ffn_down", config.feedForward(), config.width()));
    }

    /** {@code x += down(silu(gate(normed)) * up(normed))}. */
    public void addTo(Activations a) {
        a.linear(gate, a.normed(), a.gate());
        a.device().gatedMatmul(Activation.SILU, up, a.normed(), a.gate(), a.rows());
        a.addLinear(down, a.gate());
    }
}
