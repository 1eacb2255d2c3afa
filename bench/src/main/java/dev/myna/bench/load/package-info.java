// SPDX-License-Identifier: Apache-2.0
/** Throughput and latency of many requests at once, in the process and over HTTP. */
package dev.myna.bench.load;
