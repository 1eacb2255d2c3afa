// SPDX-License-Identifier: Apache-2.0
/** The searches for scales and levels that quantizers of several formats share. All implementations give the same bits. */
package dev.myna.kernels.format.search;
