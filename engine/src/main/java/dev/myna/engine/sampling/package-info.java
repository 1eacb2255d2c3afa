// SPDX-License-Identifier: Apache-2.0
/** Chooses tokens from logits. */
package dev.myna.engine.sampling;
