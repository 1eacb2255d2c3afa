// SPDX-License-Identifier: Apache-2.0
/** GIF (87a and 89a), its first frame. */
package dev.myna.loaders.image.gif;
