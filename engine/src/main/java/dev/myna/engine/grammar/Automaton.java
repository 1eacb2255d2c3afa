// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.Stacks.Frame;
import dev.myna.engine.grammar.Stacks.Stack;
import dev.myna.engine.grammar.rules.RulePart;
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

    /** Of all states together; some grammars have states of 100,000 steps. */
    private static final int MAX_STEPS = 1 << 21;

    private static final int MAX_FRAMES = 1 << 20;

    /** Work for one token, in steps taken and stacks looked at: a fraction of a second. JSON takes some thousands. */
    private static final long FUEL = 2_000_000;

    /** The number of the state that no text of the grammar leads to. */
    static final int DEAD = 0;

    private static final int UNKNOWN = -1;

    private final Program program;
    private final Stacks stacks = new Stacks();
    private final EquivalentStates farCounts;
    private final Map<State, Integer> numbers = new HashMap<>();
    private State[] states = new State[16];
    private int count;

    /** Steps of all numbered states together. */
    private int size;

    /** {@code transitions[state * classes + class]}: the state a byte leads to, or {@link #UNKNOWN}. */
    private int[] transitions = new int[0];

    /** While one state is made: the stacks each step has been reached with, those not yet followed, and in what order. */
    private final TreeMap<Integer, Stack> reached = new TreeMap<>();

    private final Map<Integer, Stack> pending = new HashMap<>();
    private final Deque<Integer> order = new ArrayDeque<>();
    private boolean accepting;
    private long fuel;

    Automaton(Program program) {
        this.program = program;
        farCounts = new EquivalentStates(program, stacks);
    }

    /** Allows the work of one more token. */
    void refuel() {
        fuel = FUEL;
    }

    /** The state of the empty text; {@code spaced} if a space may come in front of all else. */
    State start(boolean spaced) {
        reach(spaced ? program.spaced() : program.start(), Stacks.BOTTOM);
        return close();
    }

    /** A state after which the same short tokens may come, the same one for many. */
    State near(State state) {
        return farCounts.without(state);
    }

    /** The state after one more byte, or null if no text goes on like this. */
    State next(State state, byte value) {
        int byteClass = program.classOf()[value & 0xff] & 0xff;
        for (int i = 0; i < state.steps().length; i++) {
            int target = ((Program.Read) program.steps()[state.steps()[i]])
                    .target(program.representatives()[byteClass] & 0xff);
            if (target >= 0) {
                reach(target, state.stacks()[i]);
            }
        }
        return close();
    }

    /** Sets the bits of all tokens that may come next, except for the ends; bits from {@link TokenTrie#none} on mean nothing. */
    void walk(State from, ByteTree tree, long[] mask) {
        int[] path = new int[tree.maxDepth + 1];
        path[0] = number(from);
        byte[] labels = tree.labels;
        byte[] classOf = program.classOf();
        int classes = program.classes();
        for (int node = 0; node < labels.length; ) {
            int depth = tree.depths[node];
            int byteClass = classOf[labels[node] & 0xff] & 0xff;
            int to = transitions[path[depth - 1] * classes + byteClass];
            if (to == UNKNOWN) {
                to = transition(path, depth, byteClass);
            }
            if (to == DEAD) {
                node = tree.ends[node];
                continue;
            }
            path[depth] = to;
            int token = tree.tokens[node];
            if (token >= 0) {
                mask[token >> 6] |= 1L << token;
            } else {
                for (int id : tree.several(token)) {
                    mask[id >> 6] |= 1L << id;
                }
            }
            node++;
        }
    }

    private int transition(int[] path, int depth, int byteClass) {
        if (count >= MAX_STATES || size >= MAX_STEPS || stacks.size() >= MAX_FRAMES) {
            forget(path, depth);
        }
        int from = path[depth - 1];
        State next = next(states[from], program.representatives()[byteClass]);
        int to = next == null ? DEAD : number(next);
        transitions[from * program.classes() + byteClass] = to;
        return to;
    }

    private int number(State state) {
        Integer known = numbers.get(state);
        if (known != null) {
            return known;
        }
        // Number 0 is the dead state.
        int number = ++count;
        if (number >= states.length) {
            states = Arrays.copyOf(states, 2 * number);
        }
        int classes = program.classes();
        int end = (number + 1) * classes;
        if (end > transitions.length) {
            int before = transitions.length;
            transitions = Arrays.copyOf(transitions, 2 * end);
            Arrays.fill(transitions, before, transitions.length, UNKNOWN);
        }
        size += state.steps().length;
        states[number] = state;
        numbers.put(state, number);
        return number;
    }

    /** Drops all states but those of a path, which get new numbers. */
    private void forget(int[] path, int depth) {
        State[] kept = new State[depth];
        for (int i = 0; i < depth; i++) {
            kept[i] = states[path[i]];
            spend(kept[i].steps().length);
        }
        numbers.clear();
        stacks.clear();
        Arrays.fill(states, null);
        Arrays.fill(transitions, UNKNOWN);
        count = 0;
        size = 0;
        for (int i = 0; i < depth; i++) {
            path[i] = number(kept[i]);
        }
    }

    private void reach(int step, Stack stack) {
        Stack before = reached.get(step);
        spend(1 + stack.frames().length + (before == null ? 0 : before.frames().length));
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
        switch (program.steps()[number]) {
            case Program.Read _ -> {}
            case Program.Split split -> {
                for (int target : split.targets()) {
                    reach(target, stack);
                }
            }
            case Program.Call call ->
                // A call at the end of a rule returns where the rule does: lists by recursion need no deeper stack.
                reach(call.entry(), call.next() == Program.RETURN ? stack : stacks.push(call.next(), 0, stack));
            case Program.Loop loop -> {
                if (loop.min() == 0) {
                    reach(loop.next(), stack);
                }
                reach(loop.body(), stacks.push(number, 1, stack));
            }
            case Program.Return _ -> {
                accepting |= stack.bottom();
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
        if (loop.max() == RulePart.UNBOUNDED) {
            reach(loop.body(), stacks.push(frame.step(), Math.min(frame.count() + 1, loop.min()), frame.below()));
        } else if (frame.count() < loop.max()) {
            reach(loop.body(), stacks.push(frame.step(), frame.count() + 1, frame.below()));
        }
    }

    private void spend(int work) {
        fuel -= work;
        if (fuel < 0) {
            throw new GrammarException(
                    "grammar: it is too ambiguous: finding the tokens that may come next takes more than " + FUEL
                            + " steps");
        }
    }

    private State state() {
        int[] steps = new int[reached.size()];
        Stack[] below = new Stack[reached.size()];
        int found = 0;
        for (Map.Entry<Integer, Stack> entry : reached.entrySet()) {
            if (program.steps()[entry.getKey()] instanceof Program.Read) {
                steps[found] = entry.getKey();
                below[found++] = entry.getValue();
            }
        }
        return found == 0 && !accepting
                ? null
                : new State(Arrays.copyOf(steps, found), Arrays.copyOf(below, found), accepting);
    }
}
