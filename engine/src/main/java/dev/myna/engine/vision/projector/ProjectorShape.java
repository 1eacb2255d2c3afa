// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision.projector;

import dev.myna.kernels.Activation;

/**
 * What a projector must know of its tower.
 *
 * @param towerWidth elements per feature row
 * @param grid patches along one side
 * @param features rows of one image: its patches, and the class row where the model keeps it
 * @param gelu GELU form between the two linear layers
 */
public record ProjectorShape(int towerWidth, int grid, int features, Activation gelu) {}
