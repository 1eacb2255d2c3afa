// SPDX-License-Identifier: Apache-2.0
/** Rotary positions, key/value caches and attention on OpenCL devices. */
package dev.myna.kernels.opencl.attention;
