// SPDX-License-Identifier: Apache-2.0
/** {@link dev.myna.kernels.Device} on OpenCL devices, through JOCL. Nothing here is loaded unless such a device is asked for. */
package dev.myna.kernels.opencl;
