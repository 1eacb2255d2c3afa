// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/** A {@link Device}'s operations that look at whole rows: normalizations and softmax. The rules of {@link Device} hold. */
public interface Norms {

    /**
     * {@code out = x / sqrt(mean(x^2) + eps) * gain} per row. {@code out} may be {@code in}. Rows may be several times as wide as the
     * gain: then each stretch of its width is normed by itself (the heads of queries and keys).
     */
    void rmsNorm(Norm norm, Buffer in, Buffer out, int n);

    /** {@code out = (x - mean(x)) / sqrt(var(x) + eps) * gain + bias} per row (biased variance), no bias if it is null. {@code out} may be {@code in}. */
    void layerNorm(Norm norm, Buffer in, Buffer out, int n);

    /** Softmax over each row, in place. */
    void softmax(Buffer x, int n);
}
