// SPDX-License-Identifier: Apache-2.0
/**
 * The public API. {@link dev.myna.Myna} loads a {@link dev.myna.engine.Model} once. A {@link dev.myna.engine.Session} holds one
 * conversation, a {@link dev.myna.engine.Scheduler} answers many requests at once, a {@link dev.myna.engine.TokenSequence} takes token
 * ids, and a {@link dev.myna.engine.Generation} is one answer. This package holds interfaces and values and depends on no
 * implementation.
 *
 * <p>Any thread may close any of them at any time, also while it computes. Closing takes effect within one step (a layer of the
 * decoder or of the vision tower). Native memory is freed when nothing computes with it any more. Answers of a closed session or
 * scheduler are {@link dev.myna.engine.Generation.FinishReason#CANCELLED}. Calls on a closed object, and answers of a closed model, end
 * with an {@link java.lang.IllegalStateException}. Closing twice has no effect.
 *
 * <p>A failure of one answer is a {@link dev.myna.engine.error.GenerationException} of that answer: logits that contain NaN or infinity,
 * too little memory, or a page of a model file that is gone. A request that can never be answered is a {@link
 * dev.myna.engine.error.RequestException}. Neither affects the next request.
 */
package dev.myna.engine;
