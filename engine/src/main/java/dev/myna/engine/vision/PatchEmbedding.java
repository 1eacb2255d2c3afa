// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufFile;

/** The convolution that makes a row of each patch: kernel and stride are a patch, and nothing is padded. Immutable and thread-safe. */
final class PatchEmbedding {
    /** The tensor of the bias. */
    static final String BIAS = "v.patch_embd.bias";

    private final int size;
    private final int patch;
    private final int grid;
    private final Device device;
    private final Linear kernel;

    /** @throws dev.myna.loaders.gguf.GgufException if a tensor is missing or has another shape */
    PatchEmbedding(GgufFile file, VisionConfig config, Device device) {
        this.size = config.imageSize();
        this.patch = config.patchSize();
        this.grid = config.grid();
        this.device = device;
        long side = patch;
        Tensor weight = file.require("v.patch_embd.weight", side, side, 3, config.width());
        this.kernel = new Linear(
                device.load(weight.reshaped(inputs(), config.width())),
                config.parts().patchBias() ? device.load(file.require(BIAS, config.width())) : null);
    }

    /** Elements of a patch. */
    int inputs() {
        return patch * patch * 3;
    }

    /**
     * Embeds the patches of one tile.
     *
     * @param pixels tiles of [3, S, S]
     * @param tile its number
     * @param unfolded for [patches x inputs]
     * @param columns for [patches, inputs]
     * @param out receives [patches, width], row-major
     */
    void embed(float[] pixels, int tile, float[] unfolded, Buffer columns, Buffer out) {
        int patches = grid * grid;
        unfold(pixels, tile * 3 * size * size, unfolded);
        device.write(columns, unfolded, 0, patches);
        device.matrices().matmul(kernel, columns, out, patches);
    }

    /** Writes each patch as a row, in the kernel's element order: channel, row, column. */
    private void unfold(float[] pixels, int offset, float[] unfolded) {
        int to = 0;
        for (int py = 0; py < grid; py++) {
            for (int px = 0; px < grid; px++) {
                for (int channel = 0; channel < 3; channel++) {
                    for (int y = 0; y < patch; y++) {
                        int from = offset + (channel * size + py * patch + y) * size + px * patch;
                        System.arraycopy(pixels, from, unfolded, to, patch);
                        to += patch;
                    }
                }
            }
        }
    }
}
