// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.text.Text;
import java.lang.foreign.Arena;

/** Linear, GELU, linear: the first part of each projector. */
public record TwoLayers(Linear first, Linear second, Activation gelu) {

    /** Loads the layers of these names. @param inputs elements of an input row */
    public static TwoLayers load(GgufFile file, String first, String second, int inputs, Device device) {
        long inner = file.require(first + ".weight").rows();
        long width = file.require(second + ".weight").rows();
        WeightReader reader = new WeightReader(file, device, "");
        return new TwoLayers(reader.biased(first, inputs, inner), reader.biased(second, inner, width), gelu(file));
    }

    /** Elements of an output row. */
    public int width() {
        return second.outputs();
    }

    /** {@code out[n, width] = second gelu(first in)}. */
    public void apply(Buffer in, Buffer out, int n, Arena scope, Device device) {
        Buffer inner = device.allocate(scope, n, first.outputs());
        device.matrices().matmul(first, in, inner, n);
        device.elementwise().activate(gelu, inner, n);
        device.matrices().matmul(second, inner, out, n);
    }

    private static Activation gelu(GgufFile file) {
        String form = file.metadata().string("clip.projector.gelu", "erf");
        return switch (form) {
            case "erf" -> Activation.GELU_ERF;
            case "tanh" -> Activation.GELU_TANH;
            default ->
                throw new ModelException(file.name() + ": clip.projector.gelu = " + Text.line(form, Text.SHOWN)
                        + " is not known; it is erf or tanh");
        };
    }
}
