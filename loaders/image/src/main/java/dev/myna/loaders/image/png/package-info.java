// SPDX-License-Identifier: Apache-2.0
/** PNG (ISO/IEC 15948), every colour type, depth and interlacing. */
package dev.myna.loaders.image.png;
