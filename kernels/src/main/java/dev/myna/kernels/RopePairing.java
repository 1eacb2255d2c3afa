// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/** Which elements of a head rotary position embedding turns together (docs/spec/models.md 8.2). */
public enum RopePairing {
    /** x[2j] with x[2j+1]: GGUF architecture {@code llama}, whose converter permutes q and k. */
    ADJACENT,
    /** x[j] with x[j+d/2]: GGUF architecture {@code qwen2}, as in Hugging Face checkpoints. */
    SPLIT_HALF
}
