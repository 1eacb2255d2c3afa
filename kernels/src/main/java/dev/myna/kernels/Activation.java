// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/** Element-wise activation functions. */
public enum Activation {
    /** 0.5 x (1 + erf(x / sqrt 2)): PyTorch's {@code nn.GELU()}. */
    GELU_ERF,
    /** 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): ggml's {@code gelu}. */
    GELU_TANH,
    /** x sigmoid(1.702 x): CLIP's activation. */
    QUICK_GELU,
    /** x sigmoid(x). */
    SILU,
    /** max(x, 0). */
    RELU,
    /** clamp(x / 6 + 0.5, 0, 1). */
    HARDSIGMOID,
    /** x hardsigmoid(x). */
    HARDSWISH
}
