// SPDX-License-Identifier: Apache-2.0
/**
 * An opened OpenCL device: driver calls, memory, the queue, programs and kernels, and the shapes of work groups. Every operation uses
 * this package.
 */
package dev.myna.kernels.opencl.machine;
