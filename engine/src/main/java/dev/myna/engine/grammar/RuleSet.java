// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Rules that refer to each other, checked: every name is defined, no rule begins with itself, and the root can end. */
final class RuleSet {
    static final int MAX_RULES = 4096;
    private static final int MAX_NODES = 1 << 17;

    private final Map<String, Rule> rules = new LinkedHashMap<>();
    private final Rule root;
    private final Set<String> empty;
    private final Set<String> ending;

    /** @throws GrammarException if the rules cannot be used */
    RuleSet(Collection<Rule> list, String rootName) {
        if (list.size() > MAX_RULES) {
            throw new GrammarException(
                    "grammar: it has " + list.size() + " rules; at most " + MAX_RULES + " are supported");
        }
        for (Rule rule : list) {
            rules.put(rule.name(), rule);
        }
        root = rules.get(rootName);
        Map<String, Set<String>> users = users();
        empty = fixpoint(users, this::isEmpty);
        ending = fixpoint(users, this::ends);
        new LeftRecursion(this).check();
        if (!ending.contains(rootName)) {
            throw root.error("rule '" + rootName + "' can never end: each of its texts goes on for ever");
        }
    }

    Collection<Rule> all() {
        return rules.values();
    }

    Rule get(String name) {
        return rules.get(name);
    }

    Rule root() {
        return root;
    }

    boolean canBeEmpty(Node node) {
        return isEmpty(node, empty);
    }

    /** Whether some finite text matches. */
    boolean canEnd(Node node) {
        return ends(node, ending);
    }

    /** Which rules use a rule; counts the nodes on the way and finds undefined names. */
    private Map<String, Set<String>> users() {
        Map<String, Set<String>> users = new HashMap<>();
        int nodes = 0;
        for (Rule rule : rules.values()) {
            Deque<Node> open = new ArrayDeque<>(List.of(rule.body()));
            while (!open.isEmpty()) {
                if (++nodes > MAX_NODES) {
                    throw new GrammarException("grammar: it is too large: more than " + MAX_NODES + " parts");
                }
                switch (open.pop()) {
                    case Node.Sequence sequence -> sequence.parts().forEach(open::push);
                    case Node.Choice choice -> choice.options().forEach(open::push);
                    case Node.Repeat repeat -> open.push(repeat.body());
                    case Node.Reference reference -> {
                        if (!rules.containsKey(reference.rule())) {
                            throw GrammarException.at(
                                    reference.line(),
                                    reference.column(),
                                    "rule '" + reference.rule() + "' is not defined");
                        }
                        users.computeIfAbsent(reference.rule(), _ -> new LinkedHashSet<>())
                                .add(rule.name());
                    }
                    case Node.Text _, Node.Characters _ -> {}
                }
            }
        }
        return users;
    }

    private interface Property {
        boolean holds(Node node, Set<String> rules);
    }

    /** The smallest set of rules whose bodies have a property, given that the set's rules have it. */
    private Set<String> fixpoint(Map<String, Set<String>> users, Property property) {
        Set<String> found = new HashSet<>();
        LinkedHashSet<String> queue = new LinkedHashSet<>(rules.keySet());
        while (!queue.isEmpty()) {
            String name = queue.removeFirst();
            if (!found.contains(name) && property.holds(rules.get(name).body(), found)) {
                found.add(name);
                queue.addAll(users.getOrDefault(name, Set.of()));
            }
        }
        return found;
    }

    private boolean isEmpty(Node node, Set<String> known) {
        return switch (node) {
            case Node.Text text -> text.text().isEmpty();
            case Node.Characters _ -> false;
            case Node.Sequence sequence -> all(sequence.parts(), part -> isEmpty(part, known));
            case Node.Choice choice -> any(choice.options(), option -> isEmpty(option, known));
            case Node.Repeat repeat -> repeat.min() == 0 || isEmpty(repeat.body(), known);
            case Node.Reference reference -> known.contains(reference.rule());
        };
    }

    private boolean ends(Node node, Set<String> known) {
        return switch (node) {
            case Node.Text _ -> true;
            case Node.Characters characters -> !characters.set().isEmpty();
            case Node.Sequence sequence -> all(sequence.parts(), part -> ends(part, known));
            case Node.Choice choice -> any(choice.options(), option -> ends(option, known));
            case Node.Repeat repeat -> repeat.min() == 0 || ends(repeat.body(), known);
            case Node.Reference reference -> known.contains(reference.rule());
        };
    }

    private static boolean all(List<Node> nodes, Predicate<Node> predicate) {
        for (Node node : nodes) {
            if (!predicate.test(node)) {
                return false;
            }
        }
        return true;
    }

    private static boolean any(List<Node> nodes, Predicate<Node> predicate) {
        for (Node node : nodes) {
            if (predicate.test(node)) {
                return true;
            }
        }
        return false;
    }

    /** The rules that a rule may begin with. */
    Set<String> beginnings(Rule rule) {
        Set<String> found = new LinkedHashSet<>();
        List<Node> open = new ArrayList<>(List.of(rule.body()));
        while (!open.isEmpty()) {
            switch (open.removeLast()) {
                case Node.Sequence sequence -> {
                    for (Node part : sequence.parts()) {
                        open.add(part);
                        if (!canBeEmpty(part)) {
                            break;
                        }
                    }
                }
                case Node.Choice choice -> open.addAll(choice.options());
                case Node.Repeat repeat -> open.add(repeat.body());
                case Node.Reference reference -> found.add(reference.rule());
                case Node.Text _, Node.Characters _ -> {}
            }
        }
        return found;
    }
}
