// SPDX-License-Identifier: Apache-2.0
/** Evaluations of models on published benchmarks. */
package dev.myna.eval;
