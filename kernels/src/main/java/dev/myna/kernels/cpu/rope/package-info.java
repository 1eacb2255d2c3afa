// SPDX-License-Identifier: Apache-2.0
/** Rotary position embedding on a CPU. */
package dev.myna.kernels.cpu.rope;
