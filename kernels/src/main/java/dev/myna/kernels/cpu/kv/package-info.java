// SPDX-License-Identifier: Apache-2.0
/** Key/value caches of the CPU device: their layouts in memory, and the ways to read them. */
package dev.myna.kernels.cpu.kv;
