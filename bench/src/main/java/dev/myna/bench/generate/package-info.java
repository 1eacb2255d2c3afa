// SPDX-License-Identifier: Apache-2.0
/** Full-size models and checkpoints of random weights. */
package dev.myna.bench.generate;
