// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * The weights of an RMSNorm or a LayerNorm on a device.
 *
 * @param gain [width]
 * @param bias [width]; null for an RMSNorm, or for a LayerNorm without one
 * @param eps is added to the mean square, or to the variance
 */
public record Norm(Weight gain, Weight bias, float eps) {

    /** The weights of an RMSNorm, or of a LayerNorm without bias. */
    public Norm(Weight gain, float eps) {
        this(gain, null, eps);
    }
}
