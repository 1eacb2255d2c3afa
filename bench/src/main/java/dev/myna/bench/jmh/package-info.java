// SPDX-License-Identifier: Apache-2.0
/** JMH benchmarks of single operations; each compares its answer with the scalar device first. */
package dev.myna.bench.jmh;
