// SPDX-License-Identifier: Apache-2.0
/** What operations of every device require of their operands. */
package dev.myna.kernels.operand;
