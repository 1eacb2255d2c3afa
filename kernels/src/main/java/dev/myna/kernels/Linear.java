// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * The weights of a linear layer, {@code W x + b}, on a device.
 *
 * @param weight [outputs, inputs]
 * @param bias [outputs] in one row; null for none
 */
public record Linear(Weight weight, Weight bias) {

    /** Without a bias. */
    public Linear(Weight weight) {
        this(weight, null);
    }

    /** Elements of an output row: m. */
    public int outputs() {
        return weight.rows();
    }
}
