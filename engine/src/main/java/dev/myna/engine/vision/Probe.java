// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.kernels.Buffer;

/** Sees intermediate results as they come. What it throws ends the work. */
public interface Probe {
    /** Does nothing. */
    Probe NONE = (stage, rows, n) -> {};

    /** The first {@code n} rows of {@code rows} hold the result of {@code stage}. */
    void stage(String stage, Buffer rows, int n);
}
