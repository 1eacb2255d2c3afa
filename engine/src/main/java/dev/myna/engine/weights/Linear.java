// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.weights;

import dev.myna.kernels.Weight;

/**
 * A linear layer: {@code W x + b}.
 *
 * @param weight [outputs, inputs]
 * @param bias [outputs], or null for none
 */
public record Linear(Weight weight, Weight bias) {}
