// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import dev.myna.engine.error.GrammarException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All parts of all rules in a row, each behind the one it is in; and which of them have a property that follows from their own
 * parts'. Takes time that is linear in the number of parts, and no deep stack.
 */
final class Derivation {
    private static final int MAX_PARTS = 1 << 17;

    /** Parts within parts: what comes later may walk down recursively. */
    static final int MAX_DEPTH = 1024;

    private final List<RulePart> nodes = new ArrayList<>();

    /** The part that a part is in, or -1 - i for the body of rule i. */
    private int[] parents = new int[256];

    private int[] depths = new int[256];

    /** Numbers of the references to each rule. */
    private final List<List<Integer>> uses = new ArrayList<>();

    /** @throws GrammarException if there are too many parts, they are nested too deep, or a rule is not defined */
    Derivation(Collection<Rule> rules, Work work) {
        Map<String, Integer> numbers = new HashMap<>();
        for (Rule rule : rules) {
            numbers.put(rule.name(), uses.size());
            uses.add(new ArrayList<>());
        }
        int number = 0;
        for (Rule rule : rules) {
            int first = nodes.size();
            add(rule.body(), -1 - number++, 1, work);
            for (int id = first; id < nodes.size(); id++) {
                expand(id, numbers, work);
            }
        }
    }

    private void add(RulePart node, int parent, int depth, Work work) {
        int id = nodes.size();
        if (id >= MAX_PARTS) {
            throw new GrammarException("grammar: it is too large: more than " + MAX_PARTS + " parts");
        }
        if (depth > MAX_DEPTH) {
            throw new GrammarException("grammar: its parts are nested more than " + MAX_DEPTH + " deep");
        }
        work.spend(1);
        if (id == parents.length) {
            parents = Arrays.copyOf(parents, 2 * id);
            depths = Arrays.copyOf(depths, 2 * id);
        }
        nodes.add(node);
        parents[id] = parent;
        depths[id] = depth;
    }

    private void expand(int id, Map<String, Integer> numbers, Work work) {
        int depth = depths[id] + 1;
        switch (nodes.get(id)) {
            case RulePart.Sequence sequence -> sequence.parts().forEach(part -> add(part, id, depth, work));
            case RulePart.Choice choice -> choice.options().forEach(option -> add(option, id, depth, work));
            case RulePart.Repeat repeat -> add(repeat.body(), id, depth, work);
            case RulePart.Reference reference -> {
                Integer rule = numbers.get(reference.rule());
                if (rule == null) {
                    throw GrammarException.at(
                            reference.line(),
                            reference.column(),
                            "rule '" + GrammarException.shown(reference.rule()) + "' is not defined");
                }
                uses.get(rule).add(id);
            }
            case RulePart.Text _, RulePart.Characters _ -> {}
        }
    }

    /** What is true of a part by itself. */
    interface Leaf {
        boolean holds(RulePart node);
    }

    /**
     * The parts that have a property, by identity. A sequence has it if all of its parts do, a choice if one option does, a
     * repetition if none is needed or its body does, a reference if its rule does; texts and characters as {@code leaf} says.
     */
    Set<RulePart> holding(Leaf leaf) {
        int count = nodes.size();
        int[] missing = new int[count];
        int[] queue = new int[count];
        int end = 0;
        for (int id = 0; id < count; id++) {
            missing[id] = missing(nodes.get(id), leaf);
            if (missing[id] == 0) {
                queue[end++] = id;
            }
        }
        Set<RulePart> holding = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int at = 0; at < end; at++) {
            int id = queue[at];
            holding.add(nodes.get(id));
            if (parents[id] >= 0) {
                if (--missing[parents[id]] == 0) {
                    queue[end++] = parents[id];
                }
                continue;
            }
            for (int reference : uses.get(-1 - parents[id])) {
                if (--missing[reference] == 0) {
                    queue[end++] = reference;
                }
            }
        }
        return holding;
    }

    /** Of how many parts it must be known first. */
    private static int missing(RulePart node, Leaf leaf) {
        return switch (node) {
            case RulePart.Text _, RulePart.Characters _ -> leaf.holds(node) ? 0 : 1;
            case RulePart.Sequence sequence -> sequence.parts().size();
            case RulePart.Choice _, RulePart.Reference _ -> 1;
            case RulePart.Repeat repeat -> repeat.min() == 0 ? 0 : 1;
        };
    }
}
