// SPDX-License-Identifier: Apache-2.0
/**
 * Images to decoder rows, as far as families share it: preprocessing, the tower of square tiles, projectors, and how a family describes its own way
 * ({@link dev.myna.engine.vision.VisionFamily}).
 */
package dev.myna.engine.vision;
