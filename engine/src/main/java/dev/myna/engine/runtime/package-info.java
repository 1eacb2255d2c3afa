// SPDX-License-Identifier: Apache-2.0
/**
 * What computes: a loaded model, sessions and schedulers, prompts as positions of a KV cache, and answers as they grow. Implements the
 * interfaces of {@link dev.myna.engine}. Not exported.
 */
package dev.myna.engine.runtime;
