// SPDX-License-Identifier: Apache-2.0
/** {@link dev.myna.kernels.Device} on OpenCL devices, through JOCL. These classes are loaded only when such a device is opened. */
package dev.myna.kernels.opencl;
