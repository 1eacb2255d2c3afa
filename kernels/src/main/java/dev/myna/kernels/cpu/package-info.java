// SPDX-License-Identifier: Apache-2.0
/**
 * The CPU device: it opens the fastest implementation that runs here and hands each operation to a room of its own, a package
 * below this one. A room has the operation's checks and units of work (Cpu...), an interface of its arithmetic (...Kernels), and three
 * implementations: scalar (the specification), vector, and plain loops that give the same bits as vectors before those are compiled.
 * Machine code computes matmul and attention's tiles; it is assembled in {@code cpu.jit}.
 */
package dev.myna.kernels.cpu;
