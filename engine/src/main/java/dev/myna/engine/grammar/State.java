// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.grammar.Stacks.Stack;
import java.util.Arrays;

/**
 * All that may have been read so far, and so all that may follow.
 *
 * @param steps the {@link Program.Read} steps that may come next, ascending
 * @param stacks the stacks below each of them
 * @param accepting whether the text may end here
 */
record State(int[] steps, Stack[] stacks, boolean accepting) {

    /** Whether no character may follow. */
    boolean isFinal() {
        return steps.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof State state
                && accepting == state.accepting
                && Arrays.equals(steps, state.steps)
                && same(stacks, state.stacks);
    }

    private static boolean same(Stack[] a, Stack[] b) {
        for (int i = 0; i < a.length; i++) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = accepting ? 1 : 0;
        for (int i = 0; i < steps.length; i++) {
            hash = 31 * (31 * hash + steps[i]) + stacks[i].id();
        }
        return hash;
    }
}
