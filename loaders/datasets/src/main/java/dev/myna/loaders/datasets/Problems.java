// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import java.util.ArrayList;
import java.util.List;

/** Counts malformed rows and keeps the first ones. */
public final class Problems {
    private static final int KEPT = 100;

    private final List<RowProblem> first = new ArrayList<>();
    private long count;

    void add(RowProblem problem) {
        count++;
        if (first.size() < KEPT) {
            first.add(problem);
        }
    }

    /** Malformed rows so far. */
    public long count() {
        return count;
    }

    /** The first 100 of them. */
    public List<RowProblem> first() {
        return List.copyOf(first);
    }
}
