// SPDX-License-Identifier: Apache-2.0
/** Lossy WebP: key frames of VP8 (RFC 6386). */
package dev.myna.loaders.image.webp.lossy;
