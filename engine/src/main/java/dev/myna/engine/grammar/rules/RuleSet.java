// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import dev.myna.engine.error.GrammarException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules that refer to each other, checked: every name is defined, no rule begins with itself, and the root can end. */
public final class RuleSet {
    /** Of a grammar or schema. */
    public static final int MAX_RULES = 4096;

    /** Of the schemas of all tools of a request together. */
    public static final int MAX_TOOL_RULES = 32768;

    private final Map<String, Rule> rules = new LinkedHashMap<>();
    private final Rule root;
    private final Set<RulePart> empty;
    private final Set<RulePart> ending;
    private final Work work;

    /** @throws GrammarException if the rules cannot be used */
    public RuleSet(Collection<Rule> list, String rootName, Work work) {
        this(list, rootName, MAX_RULES, work);
    }

    /** @throws GrammarException if the rules cannot be used, or are more than {@code most} */
    public RuleSet(Collection<Rule> list, String rootName, int most, Work work) {
        this.work = work;
        if (list.size() > most) {
            throw new GrammarException("grammar: it has " + list.size() + " rules; at most " + most + " are supported");
        }
        for (Rule rule : list) {
            rules.put(rule.name(), rule);
        }
        root = rules.get(rootName);
        Derivation parts = new Derivation(rules.values(), work);
        empty = parts.holding(
                node -> node instanceof RulePart.Text text && text.text().isEmpty());
        ending = parts.holding(node -> !(node instanceof RulePart.Characters characters)
                || !characters.set().isEmpty());
        new LeftRecursion(this).check();
        if (!canEnd(root.body())) {
            throw root.error("rule '" + rootName + "' can never end: each of its texts goes on for ever");
        }
    }

    Collection<Rule> all() {
        return rules.values();
    }

    public Rule get(String name) {
        return rules.get(name);
    }

    public Rule root() {
        return root;
    }

    public Work work() {
        return work;
    }

    /** Whether the empty text matches. For parts of these rules. */
    public boolean canBeEmpty(RulePart node) {
        return empty.contains(node);
    }

    /** Whether some finite text matches. For parts of these rules. */
    public boolean canEnd(RulePart node) {
        return ending.contains(node);
    }

    /** The rules that a rule may begin with. */
    Set<String> beginnings(Rule rule) {
        Set<String> found = new LinkedHashSet<>();
        List<RulePart> open = new ArrayList<>(List.of(rule.body()));
        while (!open.isEmpty()) {
            work.spend(1);
            switch (open.removeLast()) {
                case RulePart.Sequence sequence -> {
                    for (RulePart part : sequence.parts()) {
                        open.add(part);
                        if (!canBeEmpty(part)) {
                            break;
                        }
                    }
                }
                case RulePart.Choice choice -> open.addAll(choice.options());
                case RulePart.Repeat repeat -> open.add(repeat.body());
                case RulePart.Reference reference -> found.add(reference.rule());
                case RulePart.Text _, RulePart.Characters _ -> {}
            }
        }
        return found;
    }
}
