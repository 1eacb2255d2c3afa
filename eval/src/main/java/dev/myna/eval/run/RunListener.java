// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

/** Hears how a run goes on. */
public interface RunListener {
    /** Nobody. */
    RunListener NONE = progress -> {};

    /** A question has its answer. Called by the thread that runs. */
    void answered(RunProgress progress);

    /**
     * An answer was given to the judge.
     *
     * @param done answers of this task and language so far, of all {@code answers}
     * @param reused of these, reviews that were in the judge's journal
     */
    default void reviewed(String task, String language, int done, int answers, int reused) {}
}
