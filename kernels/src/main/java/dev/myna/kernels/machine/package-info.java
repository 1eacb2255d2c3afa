// SPDX-License-Identifier: Apache-2.0
/**
 * What all devices and formats use of the machine: native memory behind addresses, vectors of one width, worker threads and their
 * scratch memory. This package knows no tensor.
 */
package dev.myna.kernels.machine;
