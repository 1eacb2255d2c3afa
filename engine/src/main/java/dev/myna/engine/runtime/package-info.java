// SPDX-License-Identifier: Apache-2.0
/**
 * What computes: a loaded model, sessions and schedulers, prompts as positions of a KV cache, and answers as they grow. Implements the
 * interfaces of {@link dev.myna.engine}. Not exported.
 *
 * <p>Locks, in the order in which a thread takes them. A thread may leave some out, and never takes one that comes before one it holds:
 *
 * <ol>
 *   <li>the {@link dev.myna.kernels.Usage} of a session or of a token sequence;
 *   <li>the lock of a {@link dev.myna.engine.runtime.BatchScheduler}: its queue and slots;
 *   <li>the {@link dev.myna.kernels.Usage} of the model;
 *   <li>the device's turns between a scheduler's decoder and its vision tower;
 *   <li>the lock of a {@link dev.myna.engine.runtime.RunningGeneration}: its answer and counts.
 * </ol>
 */
package dev.myna.engine.runtime;
