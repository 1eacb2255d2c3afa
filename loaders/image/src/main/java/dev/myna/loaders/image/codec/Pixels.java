// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

/**
 * What a codec decoded.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param rgb height x width x 3 bytes, row-major; not copied
 */
public record Pixels(int width, int height, byte[] rgb) {}
