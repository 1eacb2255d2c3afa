// SPDX-License-Identifier: Apache-2.0
/** Lossless WebP (RFC 9649, section 3): prefix codes, the entropy-coded image and the inverse transforms. */
package dev.myna.loaders.image.webp.lossless;
