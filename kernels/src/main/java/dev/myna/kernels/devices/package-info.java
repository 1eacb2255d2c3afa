// SPDX-License-Identifier: Apache-2.0
/** Opens and measures devices. This package depends on every implementation; no implementation depends on it. */
package dev.myna.kernels.devices;
