// SPDX-License-Identifier: Apache-2.0
/**
 * What the assemblers of both architectures share: labels, and what this JVM runs on. Nothing below {@code asm} knows tensors.
 */
package dev.myna.kernels.asm;
