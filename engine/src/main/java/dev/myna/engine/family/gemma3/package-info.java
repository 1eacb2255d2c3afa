// SPDX-License-Identifier: Apache-2.0
/** Gemma 3's vision files: one stretched tile of an image, or also crops of it, and the mean of blocks of patches. */
package dev.myna.engine.family.gemma3;
