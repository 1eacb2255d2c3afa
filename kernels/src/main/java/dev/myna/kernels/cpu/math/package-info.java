// SPDX-License-Identifier: Apache-2.0
/**
 * Functions of one number, in double precision, with vectors, and with plain loops that give the same bits as vectors. Also
 * the arrays that plain loops work on.
 */
package dev.myna.kernels.cpu.math;
