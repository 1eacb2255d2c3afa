// SPDX-License-Identifier: Apache-2.0
/** Benchmarks with shapes of real models, and the generator that writes such models with random weights. */
package dev.myna.bench;
