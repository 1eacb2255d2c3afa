// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.weights;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Weight;

/**
 * A linear layer: {@code W x + b}.
 *
 * @param weight [outputs, inputs]
 * @param bias [outputs], or null for none
 */
public record Linear(Weight weight, Weight bias) {

    /** Elements of an output row. */
    public int outputs() {
        return weight.rows();
    }

    /** {@code out = W in + b} for the first {@code n} rows. */
    public void apply(Device device, Buffer in, Buffer out, int n) {
        device.matmul(weight, bias, in, out, n);
    }

    /**
     * {@code x += W in + b} for the first {@code n} rows.
     *
     * @param spare [n, outputs]; its contents are lost
     */
    public void addTo(Device device, Buffer in, Buffer x, Buffer spare, int n) {
        device.matmulAdd(weight, bias, in, x, spare, n);
    }
}
