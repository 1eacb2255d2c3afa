// SPDX-License-Identifier: Apache-2.0
/** TIFF 6 and BigTIFF, the first page: strips and tiles, the lossless compressions that photographs and screens use. */
package dev.myna.loaders.image.tiff;
