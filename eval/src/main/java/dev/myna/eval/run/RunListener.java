// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

/** Hears how a run goes on. */
public interface RunListener {
    /** Nobody. */
    RunListener NONE = progress -> {};

    /** A question has its answer. Called by the thread that runs. */
    void answered(RunProgress progress);
}
