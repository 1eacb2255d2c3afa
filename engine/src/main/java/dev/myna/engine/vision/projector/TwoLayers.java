// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision.projector;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Weight;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/** Linear, GELU, linear: the beginning of every projector. */
record TwoLayers(Weight first, Weight firstBias, Weight second, Weight secondBias, Activation gelu) {

    static TwoLayers load(GgufFile file, String first, String second, ProjectorShape shape, Device device) {
        long inner = file.require(first + ".weight").rows();
        long width = file.require(second + ".weight").rows();
        return new TwoLayers(
                device.load(file.require(first + ".weight", shape.towerWidth(), inner)),
                device.load(file.require(first + ".bias", inner)),
                device.load(file.require(second + ".weight", inner, width)),
                device.load(file.require(second + ".bias", width)),
                shape.gelu());
    }

    int width() {
        return second.rows();
    }

    /** {@code out[n, width] = second gelu(first in)}. */
    void apply(Buffer in, Buffer out, int n, Arena scope, Device device) {
        Buffer inner = device.allocate(scope, n, first.rows());
        device.matmul(first, firstBias, in, inner, n);
        device.activate(gelu, inner, n);
        device.matmul(second, secondBias, inner, out, n);
    }
}
