// SPDX-License-Identifier: Apache-2.0
/** Checks of operands that all devices share. */
package dev.myna.kernels.operand;
