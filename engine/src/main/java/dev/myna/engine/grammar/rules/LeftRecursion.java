// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import dev.myna.engine.error.GrammarException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Finds rules that may begin with themselves: reading them would never get to a character. */
final class LeftRecursion {
    private record Visit(Rule rule, Iterator<String> next) {}

    private final RuleSet rules;
    private final Set<String> done = new HashSet<>();
    private final Set<String> open = new HashSet<>();
    private final Deque<Visit> path = new ArrayDeque<>();

    LeftRecursion(RuleSet rules) {
        this.rules = rules;
    }

    void check() {
        for (Rule rule : rules.all()) {
            enter(rule);
            while (!path.isEmpty()) {
                Visit top = path.peek();
                if (top.next().hasNext()) {
                    enter(rules.get(top.next().next()));
                } else {
                    path.pop();
                    open.remove(top.rule().name());
                    done.add(top.rule().name());
                }
            }
        }
    }

    private void enter(Rule rule) {
        if (open.contains(rule.name())) {
            throw rule.error("rule '" + GrammarException.shown(rule.name()) + "' begins with itself (" + cycle(rule)
                    + "); put a character in front of the recursion, or use * or +");
        }
        if (!done.contains(rule.name())) {
            open.add(rule.name());
            path.push(new Visit(rule, rules.beginnings(rule).iterator()));
        }
    }

    private String cycle(Rule rule) {
        StringBuilder cycle = new StringBuilder();
        List<Visit> visits = path.reversed().stream()
                .dropWhile(visit -> visit.rule() != rule)
                .toList();
        for (Visit visit : visits) {
            if (cycle.length() < 200) {
                cycle.append(GrammarException.shown(visit.rule().name())).append(" -> ");
            }
        }
        return cycle.append(GrammarException.shown(rule.name())).toString();
    }
}
