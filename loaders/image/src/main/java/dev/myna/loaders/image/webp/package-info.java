// SPDX-License-Identifier: Apache-2.0
/**
 * A WebP decoder: the container and lossless images of RFC 9649, lossy key frames of RFC 6386. Its bytes are those of the
 * format's reference decoder without dithering. It charges its work to a budget, and data that end early are an error.
 */
package dev.myna.loaders.image.webp;
