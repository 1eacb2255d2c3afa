// SPDX-License-Identifier: Apache-2.0
/** The container of WebP (RFC 9649, section 2): chunks, the header of the image, and the canvas that frames are drawn on. */
package dev.myna.loaders.image.webp.container;
