// SPDX-License-Identifier: Apache-2.0
/** From coefficients of a JPEG to RGB: the inverse DCT, upsampling and colour conversion. */
package dev.myna.loaders.image.jpeg.pixels;
