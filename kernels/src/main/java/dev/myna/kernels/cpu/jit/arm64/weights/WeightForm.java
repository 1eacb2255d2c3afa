// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;

/**
 * The form in which a {@link WeightReader} returns the weights of a type: each is {@code d v / 2^fraction + o}, with a signed
 * byte v. The offset o is added: it is {@link dev.myna.kernels.format.Unpacker}'s minimum, and {@code -s} of the readers for x86-64.
 *
 * @param group weights that share d and o, 16 or 32
 * @param fraction bits of v after the binary point
 * @param offset whether there is an o; else it is zero
 */
public record WeightForm(int group, int fraction, boolean offset) {

    public static WeightForm of(TensorType type) {
        return switch (type) {
            case Q5_0, Q8_0, Q3_K, IQ4_NL, IQ4_XS -> new WeightForm(32, 0, false);
            case Q4_0 -> new WeightForm(32, 4, false);
            case Q4_1, Q5_1, Q4_K, Q5_K -> new WeightForm(32, 0, true);
            case Q2_K -> new WeightForm(16, 0, true);
            case Q6_K -> new WeightForm(16, 2, false);
            default -> throw new IllegalArgumentException("not a quantized type: " + type);
        };
    }

    /** Groups in a step of 256 weights. */
    int groups() {
        return WeightReader.STEP / group;
    }
}
