// SPDX-License-Identifier: Apache-2.0
/** Common parts of the image codecs: decoded pixels, the work budget of a file, and exceptions. */
package dev.myna.loaders.image.codec;
