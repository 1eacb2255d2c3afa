// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.grammar.Stacks.Stack;

/** All that may have been read so far, and so all that may follow. */
final class State {
    /** No text of the grammar begins like this. */
    static final State DEAD = new State(new int[0], new Stack[0], false, 0);

    /** The {@link Program.Read} steps that may come next, ascending, each with the stacks below it. */
    final int[] steps;

    final Stack[] stacks;

    /** Whether the text may end here. */
    final boolean accepting;

    /** What each class of bytes leads to; null where it is not known yet. */
    final State[] next;

    State(int[] steps, Stack[] stacks, boolean accepting, int classes) {
        this.steps = steps;
        this.stacks = stacks;
        this.accepting = accepting;
        next = new State[classes];
    }

    /** Whether no character may follow. */
    boolean isFinal() {
        return steps.length == 0;
    }
}
