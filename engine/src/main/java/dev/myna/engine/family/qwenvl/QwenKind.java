// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

/** The generations of Qwen's vision files. */
enum QwenKind {
    /** LayerNorm, all patches see each other. */
    QWEN2("Qwen2-VL", "qwen2vl_merger", 4, 16384),
    /** RMSNorm, a gated MLP, windows. */
    QWEN25("Qwen2.5-VL", "qwen2.5vl_merger", 4, 16384),
    /** LayerNorm, a table of positions, rows for deepstack layers. */
    QWEN3("Qwen3-VL", "qwen3vl_merger", 64, 16384);

    /** The family, for people. */
    final String familyName;

    /** The {@code clip.projector_type}. */
    final String projectorType;

    /** Decoder rows of the smallest image, as published. */
    final int minTokens;

    /** Decoder rows of the largest image, as published. */
    final int maxTokens;

    QwenKind(String familyName, String projectorType, int minTokens, int maxTokens) {
        this.familyName = familyName;
        this.projectorType = projectorType;
        this.minTokens = minTokens;
        this.maxTokens = maxTokens;
    }
}
