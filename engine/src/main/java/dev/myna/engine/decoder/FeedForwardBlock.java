// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Linear;

/**
 * The feed-forward block of most decoders: {@code down(f(gate(h)) * up(h))}, SwiGLU with {@code f = silu} (docs/spec/models.md 5).
 *
 * @param activation f
 * @param gate [feed-forward, width]
 * @param up [feed-forward, width]
 * @param down [width, feed-forward]
 */
public record FeedForwardBlock(Activation activation, Linear gate, Linear up, Linear down) {

    /** Loads {@code ffn_gate}, {@code ffn_up} and {@code ffn_down} of SwiGLU, each with a bias where the file has one. */
    public static FeedForwardBlock load(WeightReader block, DecoderConfig config) {
        return load(block, config, Activation.SILU);
    }

    /** The same with another activation. */
    public static FeedForwardBlock load(WeightReader block, DecoderConfig config, Activation activation) {
        return new FeedForwardBlock(
                activation,
                block.linear("ffn_gate", config.width(), config.feedForward()),
                block.linear("ffn_up", config.width(), config.feedForward()),
                block.linear("ffn_down", config.feedForward(), config.width()));
    }

    /** {@code x += down(f(gate(normed)) * up(normed))}. */
    public void addTo(Activations a) {
        open(a);
        a.addLinear(down, a.gate());
    }

    /** {@code out = down(f(gate(normed)) * up(normed))}. {@code out} may be the normed rows. */
    public void compute(Activations a, Buffer out) {
        open(a);
        a.linear(down, a.gate(), out);
    }

    private void open(Activations a) {
        a.linear(gate, a.normed(), a.gate());
        a.device().matrices().gatedMatmul(activation, up, a.normed(), a.gate(), a.rows());
    }
}
