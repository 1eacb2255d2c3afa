// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/** A {@link Device}'s operations on each element by itself. The rules of {@link Device} hold. */
public interface Elementwise {

    /** {@code x += y}, in place. */
    default void add(Buffer x, Buffer y, int n) {
        addScaled(x, y, 1, n);
    }

    /** {@code x += scale * y}, in place. */
    void addScaled(Buffer x, Buffer y, float scale, int n);

    /** {@code x = x * factor}, in place. */
    void scale(Buffer x, float factor, int n);

    /** {@code x[i, c] += rows[i % rows.rows(), c]}: position embeddings over one or more images, in place. */
    void addRows(Buffer x, Weight rows, int n);

    /** {@code x[i, c] *= row[0, c]}: one factor per channel, in place (squeeze-excite gates). */
    void mulRow(Buffer x, Buffer row, int n);

    /** {@code x = f(x)} element-wise, in place. */
    void activate(Activation f, Buffer x, int n);

    /** {@code gate = silu(gate) * up}, in place in {@code gate} (SwiGLU). */
    void siluMul(Buffer gate, Buffer up, int n);
}
