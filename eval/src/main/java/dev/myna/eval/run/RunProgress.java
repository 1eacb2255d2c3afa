// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import java.util.OptionalLong;
import java.util.function.DoubleSupplier;

/**
 * How far a run is.
 *
 * @param task that is asked now
 * @param language that is asked now
 * @param done questions of this task and language so far
 * @param reused of these, answers that were in the journal
 * @param total questions of this task and language; empty until they are counted
 * @param left questions of the whole run without an answer; empty until they are counted
 * @param score of this task and language so far, from 0 to 100; computed when it is asked for, by the thread that heard of the progress
 */
public record RunProgress(
        String task,
        String language,
        int done,
        int reused,
        OptionalLong total,
        OptionalLong left,
        DoubleSupplier score) {}
