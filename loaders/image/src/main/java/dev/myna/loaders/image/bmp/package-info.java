// SPDX-License-Identifier: Apache-2.0
/** BMP of Windows and OS/2: palettes, run lengths, bit masks, both row orders. */
package dev.myna.loaders.image.bmp;
