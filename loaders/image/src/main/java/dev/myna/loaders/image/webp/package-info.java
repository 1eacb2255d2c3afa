// SPDX-License-Identifier: Apache-2.0
/**
 * A WebP decoder: the container and lossless images of RFC 9649, lossy key frames of RFC 6386. It gives the same
 * bytes as the format's reference decoder without dithering, charges its work to a budget, and takes data that end
 * early for an error.
 */
package dev.myna.loaders.image.webp;
