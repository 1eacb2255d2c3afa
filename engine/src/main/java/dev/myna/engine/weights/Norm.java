// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.weights;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Weight;

/**
 * An RMSNorm or a LayerNorm.
 *
 * @param gain [width]
 * @param bias [width]; null for an RMSNorm
 * @param eps epsilon
 */
public record Norm(Weight gain, Weight bias, float eps) {

    /** {@code out = in / rms(in) * gain} for the first {@code n} rows. {@code out} may be {@code in}. */
    public void rms(Device device, Buffer in, Buffer out, int n) {
        device.rmsNorm(in, gain, eps, out, n);
    }

    /** {@code out = (in - mean) / deviation * gain + bias} for the first {@code n} rows. {@code out} may be {@code in}. */
    public void layer(Device device, Buffer in, Buffer out, int n) {
        device.layerNorm(in, gain, bias, eps, out, n);
    }
}
