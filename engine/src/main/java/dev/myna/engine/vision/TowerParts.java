// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.kernels.Activation;
import dev.myna.loaders.gguf.GgufFile;

/**
 * The parts in which vision transformers differ (docs/spec/models.md 2, docs/spec/families.md 8).
 *
 * @param name the kind of the tower, for people
 * @param classRow whether a learned row comes before the patches
 * @param patchBias whether the convolution of patches has a bias
 * @param preNorm whether a norm comes before the first layer
 * @param layerScale whether the branches of a layer have factors; such layers may also have RMS norms, and norms of queries and keys
 * @param finalNorm whether a norm comes after the last layer
 * @param exactGrid whether patches must fill the picture; otherwise pixels right and below of the last whole patch are not read
 * @param gelu the form of GELU in its layers
 */
public record TowerParts(
        String name,
        boolean classRow,
        boolean patchBias,
        boolean preNorm,
        boolean layerScale,
        boolean finalNorm,
        boolean exactGrid,
        Activation gelu) {

    /** The tensor of the class row. */
    static final String CLASS_ROW = "v.class_embd";

    /** CLIP without its last norm. */
    public static final TowerParts CLIP =
            new TowerParts("CLIP ViT", true, false, true, false, false, true, Activation.GELU_ERF);

    /** SigLIP as connectors see it that take rows before the last norm. */
    public static final TowerParts SIGLIP =
            new TowerParts("SigLIP ViT", false, true, false, false, false, false, Activation.GELU_TANH);

    /** All of SigLIP. */
    public static final TowerParts SIGLIP_NORMED =
            new TowerParts("SigLIP ViT", false, true, false, false, true, false, Activation.GELU_TANH);

    /** InternViT. */
    public static final TowerParts INTERN_VIT =
            new TowerParts("InternViT", true, true, false, true, false, true, Activation.GELU_ERF);

    /** Whether a file of the LLaVA kind has a SigLIP tower: CLIP has a class row, and no bias at its patches. */
    public static boolean isSiglip(GgufFile file) {
        return !file.tensors().containsKey(CLASS_ROW) && file.tensors().containsKey(PatchEmbedding.BIAS);
    }
}
