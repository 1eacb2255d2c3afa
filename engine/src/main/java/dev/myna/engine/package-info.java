// SPDX-License-Identifier: Apache-2.0
/**
 * The public API: a {@link dev.myna.engine.Model} is loaded once, {@link dev.myna.engine.Session}s hold one conversation each, a {@link
 * dev.myna.engine.Scheduler} answers many requests at once, and a {@link dev.myna.engine.Generation} is one answer.
 *
 * <p>All of them may be closed by any thread at any time, also while they compute. Closing takes effect within one step (a layer of the
 * decoder or of the vision tower); native memory is freed when the last pass that uses it has left. Answers of sessions and schedulers
 * that are closed are {@link dev.myna.engine.Generation.FinishReason#CANCELLED}; what is asked of something closed, and answers whose
 * model is closed, end with an {@link java.lang.IllegalStateException}. Closing twice does nothing.
 *
 * <p>What goes wrong in one answer is that answer's {@link dev.myna.engine.error.GenerationException}: numbers that are none, memory that runs
 * out, pages of a model file that have gone. What can never be answered is a {@link dev.myna.engine.error.RequestException}. After either, the
 * next question is answered as if nothing had been.
 */
package dev.myna.engine;
