// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/**
 * Makes one row of the four patches of each place: norm, linear, GELU, linear (docs/spec/families.md 1.5).
 *
 * @param perPatch whether the norm is over each patch, before they are put side by side; else over all four
 */
record PatchMerger(Device device, Norm norm, boolean perPatch, Linear first, Linear second) {
    /** Places that are computed at a time. */
    private static final int STEP = 1024;

    /** The merger behind the tower. */
    static PatchMerger behindTower(GgufFile file, QwenSizes sizes, Device device) {
        WeightReader reader = new WeightReader(file, device, "");
        long inner = (long) PatchGrid.PER_PLACE * sizes.width();
        return new PatchMerger(
                device,
                sizes.norm(reader, "v.post_ln"),
                true,
                reader.biased("mm.0", inner, inner),
                reader.biased("mm.2", inner, sizes.rowWidth()));
    }

    /** The merger behind a layer, for a deepstack layer of the decoder. */
    static PatchMerger behindLayer(GgufFile file, int layer, QwenSizes sizes, Device device) {
        WeightReader reader = new WeightReader(file, device, QwenSizes.DEEPSTACK + layer + ".");
        long inner = (long) PatchGrid.PER_PLACE * sizes.width();
        return new PatchMerger(
                device,
                reader.layerNorm("norm", inner, sizes.normEps()),
                false,
                reader.biased("fc1", inner, inner),
                reader.biased("fc2", inner, sizes.rowWidth()));
    }

    /** Elements of a row. */
    int width() {
        return second.outputs();
    }

    /**
     * Computes the rows of all places.
     *
     * @param x the patches in the tower's order, [patches, tower width]; is not changed
     * @param order the place at each position
     * @param result receives the row of place p at {@code p * stride + offset}
     */
    void merge(Buffer x, int[] order, float[] result, int stride, int offset, Checkpoint checkpoint) {
        int patchWidth = x.width();
        int wide = PatchGrid.PER_PLACE * patchWidth;
        int step = Math.min(STEP, order.length);
        float[] patches = new float[Math.multiplyExact(step, wide)];
        float[] rows = new float[Math.multiplyExact(step, width())];
        try (Arena scope = Arena.ofShared()) {
            Buffer normed = device.allocate(scope, PatchGrid.PER_PLACE * step, patchWidth);
            Buffer places = device.allocate(scope, step, wide);
            Buffer inner = device.allocate(scope, step, first.outputs());
            Buffer out = device.allocate(scope, step, width());
            for (int from = 0; from < order.length; from += step) {
                checkpoint.betweenLayers();
                int n = Math.min(step, order.length - from);
                int four = PatchGrid.PER_PLACE * n;
                Buffer source = x.slice(PatchGrid.PER_PLACE * from, four);
                if (perPatch) {
                    QwenSizes.norm(device, norm, source, normed, four);
                }
                // A row of four patches is four rows of one, in the same order of elements.
                device.read(perPatch ? normed : source, patches, 0, four);
                device.write(places, patches, 0, n);
                if (!perPatch) {
                    QwenSizes.norm(device, norm, places, places, n);
                }
                device.matrices().matmul(first, places, inner, n);
                device.elementwise().activate(Activation.GELU_ERF, inner, n);
                device.matrices().matmul(second, inner, out, n);
                device.read(out, rows, 0, n);
                for (int i = 0; i < n; i++) {
                    System.arraycopy(rows, i * width(), result, order[from + i] * stride + offset, width());
                }
            }
        }
    }
}
