// SPDX-License-Identifier: Apache-2.0
/** Encoded images to RGB: formats by their signatures, the decoders' limits, EXIF orientation, and resampling as Pillow does it. */
package dev.myna.loaders.image;
