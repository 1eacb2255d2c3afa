// SPDX-License-Identifier: Apache-2.0
/** The operands of the CPU device: buffers and weights in native memory, and their checks. */
package dev.myna.kernels.cpu.operand;
