// SPDX-License-Identifier: Apache-2.0
/** The entropy codings of JPEG (ITU-T T.81, annexes D to G): Huffman and arithmetic, sequential and progressive. They turn bits into coefficients. */
package dev.myna.loaders.image.jpeg.entropy;
