// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.grammar.Stacks.Frame;
import dev.myna.engine.grammar.Stacks.Stack;
import dev.myna.engine.grammar.rules.RulePart;

/**
 * Makes states equal that a short token cannot tell apart: how often a loop has gone round does not matter as long as its
 * bounds are farther away than the token is long. So the characters of a string of limited length share masks.
 */
final class EquivalentStates {
    /** Counts deeper down stay as they are. */
    private static final int MAX_DEPTH = 8;

    /** Frames looked at for one state. */
    private static final int MOST = 500;

    private final Program program;
    private final Stacks stacks;
    private int looked;

    EquivalentStates(Program program, Stacks stacks) {
        this.program = program;
        this.stacks = stacks;
    }

    /** A state after which the same tokens of up to {@link TokenTrie#SHORT} bytes may come; often the state itself. */
    State without(State state) {
        looked = 0;
        Stack[] changed = new Stack[state.stacks().length];
        boolean same = true;
        for (int i = 0; i < changed.length; i++) {
            changed[i] = without(state.stacks()[i], 0);
            same &= changed[i] == state.stacks()[i];
        }
        return same ? state : new State(state.steps(), changed, state.accepting());
    }

    private Stack without(Stack stack, int depth) {
        looked += stack.frames().length;
        if (depth == MAX_DEPTH || stack.frames().length == 0 || looked > MOST) {
            return stack;
        }
        Stack changed = stack.bottom() ? Stacks.BOTTOM : null;
        boolean same = true;
        for (Frame frame : stack.frames()) {
            Stack below = without(frame.below(), depth + 1);
            int count = frame.count() == 0 ? 0 : near((Program.Loop) program.steps()[frame.step()], frame.count());
            same &= below == frame.below() && count == frame.count();
            Stack pushed = stacks.push(frame.step(), count, below);
            changed = changed == null ? pushed : stacks.union(changed, pushed);
        }
        return same ? stack : changed;
    }

    /** The least count that differs from {@code count} in nothing a short token meets. */
    private static int near(Program.Loop loop, int count) {
        if (loop.bodyCanBeEmpty()) {
            return count;
        }
        if (count >= loop.min()) {
            boolean far = loop.max() == RulePart.UNBOUNDED || loop.max() - count > TokenTrie.SHORT;
            return far ? Math.max(loop.min(), 1) : count;
        }
        return loop.min() - count > TokenTrie.SHORT ? 1 : count;
    }
}
