// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.weights;

import dev.myna.kernels.Weight;

/**
 * An RMSNorm or a LayerNorm.
 *
 * @param gain [width]
 * @param bias [width]; null for an RMSNorm
 * @param eps epsilon
 */
public record Norm(Weight gain, Weight bias, float eps) {}
