// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.grammar.Stacks.Frame;
import dev.myna.engine.grammar.Stacks.Stack;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs a {@link Program}: the states its texts lead through, made as they are needed and kept for the next time. For one
 * thread.
 */
final class Automaton {
    /** Tables are dropped beyond this many entries, to a few tens of megabytes. */
    private static final int MAX_STATES = 1 << 14;

    private static final int MAX_STACKS = 1 << 17;

    /** Work for one token, in steps taken: about a second. */
    private static final long FUEL = 20_000_000;

    private record Key(int[] steps, Stack[] stacks, boolean accepting) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && accepting == key.accepting
                    && Arrays.equals(steps, key.steps)
                    && same(stacks, key.stacks);
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

    private final Program program;
    private final Stacks stacks = new Stacks();
    private final Map<Key, State> states = new HashMap<>();

    /** While one state is made: the stacks each step has been reached with, those not yet followed, and in what order. */
    private final TreeMap<Integer, Stack> reached = new TreeMap<>();

    private final Map<Integer, Stack> pending = new HashMap<>();
    private final Deque<Integer> order = new ArrayDeque<>();
    private boolean accepting;
    private long fuel;

    Automaton(Program program) {
        this.program = program;
    }

    /** Allows the work of one more token. */
    void refuel() {
        fuel = FUEL;
    }

    State start() {
        reach(program.start(), Stacks.BOTTOM);
        return close();
    }

    /** The state after one more byte of a class. */
    State next(State state, int byteClass) {
        State next = state.next[byteClass];
        if (next == null) {
            if (states.size() >= MAX_STATES || stacks.size() >= MAX_STACKS) {
                forget();
            }
            int value = program.representatives()[byteClass] & 0xff;
            for (int i = 0; i < state.steps.length; i++) {
                int target = ((Program.Read) program.steps()[state.steps[i]]).target(value);
                if (target >= 0) {
                    reach(target, state.stacks[i]);
                }
            }
            next = close();
            state.next[byteClass] = next;
        }
        return next;
    }

    private void forget() {
        // States in use stay valid; they must only let go of the others.
        for (State state : states.values()) {
            Arrays.fill(state.next, null);
        }
        states.clear();
        stacks.clear();
    }

    private void reach(int step, Stack stack) {
        Stack before = reached.get(step);
        Stack after = before == null ? stack : stacks.union(before, stack);
        if (after == before) {
            return;
        }
        reached.put(step, after);
        Stack waiting = pending.get(step);
        if (waiting == null) {
            order.add(step);
            pending.put(step, stack);
        } else {
            pending.put(step, stacks.union(waiting, stack));
        }
    }

    /** Follows all steps that take no byte. */
    private State close() {
        try {
            while (!order.isEmpty()) {
                int step = order.remove();
                follow(step, pending.remove(step));
            }
            return state();
        } finally {
            reached.clear();
            pending.clear();
            order.clear();
            accepting = false;
        }
    }

    private void follow(int number, Stack stack) {
        spend(1);
        switch (program.steps()[number]) {
            case Program.Read _ -> {}
            case Program.Split split -> {
                spend(split.targets().length);
                for (int target : split.targets()) {
                    reach(target, stack);
                }
            }
            case Program.Call call ->
                // A call at the end of a rule returns where the rule does: lists by recursion need no deeper stack.
                reach(
                        call.entry(),
                        call.next() == Program.RETURN ? stack : stacks.push(call.next(), 0, stack));
            case Program.Loop loop -> {
                if (loop.min() == 0) {
                    reach(loop.next(), stack);
                }
                reach(loop.body(), stacks.push(number, 1, stack));
            }
            case Program.Return _ -> {
                accepting |= stack.bottom();
                spend(stack.frames().length);
                for (Frame frame : stack.frames()) {
                    if (frame.count() == 0) {
                        reach(frame.step(), frame.below());
                    } else {
                        again(frame);
                    }
                }
            }
        }
    }

    /** A loop's body has ended once more. */
    private void again(Frame frame) {
        Program.Loop loop = (Program.Loop) program.steps()[frame.step()];
        if (frame.count() >= loop.min()) {
            reach(loop.next(), frame.below());
        }
        if (loop.max() == Node.UNBOUNDED) {
            reach(loop.body(), stacks.push(frame.step(), Math.min(frame.count() + 1, loop.min()), frame.below()));
        } else if (frame.count() < loop.max()) {
            reach(loop.body(), stacks.push(frame.step(), frame.count() + 1, frame.below()));
        }
    }

    private void spend(int work) {
        fuel -= work;
        if (fuel < 0) {
            throw new GrammarException("grammar: it is too ambiguous: finding the tokens that may come next takes more than "
                    + FUEL + " steps");
        }
    }

    private State state() {
        int[] steps = new int[reached.size()];
        Stack[] below = new Stack[reached.size()];
        int count = 0;
        for (Map.Entry<Integer, Stack> entry : reached.entrySet()) {
            if (program.steps()[entry.getKey()] instanceof Program.Read) {
                steps[count] = entry.getKey();
                below[count++] = entry.getValue();
            }
        }
        if (count == 0 && !accepting) {
            return State.DEAD;
        }
        Key key = new Key(Arrays.copyOf(steps, count), Arrays.copyOf(below, count), accepting);
        return states.computeIfAbsent(
                key, k -> new State(k.steps(), k.stacks(), k.accepting(), program.classes()));
    }
}
