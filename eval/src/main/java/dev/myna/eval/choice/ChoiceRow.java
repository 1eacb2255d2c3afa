// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import java.util.Optional;

/**
 * A scored row of a table of choice questions.
 *
 * @param index from 1,000,000 on, a rotated copy of the row with the index modulo 1,000,000
 * @param answer the right letter
 * @param extracted the chosen letter; empty if it is undecided
 * @param split null where the table has no splits
 * @param group {@code l2-category}; null where the table has none
 * @param category null where the table has none
 */
public record ChoiceRow(
        long index, String answer, Optional<String> extracted, String split, String group, String category) {
    /** The first index of rotated copies. */
    public static final long ROTATED = 1_000_000;

    /** Whether the chosen letter is the right one. */
    public boolean hit() {
        return extracted.isPresent() && extracted.get().equals(answer);
    }
}
