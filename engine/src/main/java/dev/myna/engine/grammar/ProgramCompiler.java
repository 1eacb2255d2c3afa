// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.Program.Step;
import dev.myna.engine.grammar.rules.CodePoints;
import dev.myna.engine.grammar.rules.Rule;
import dev.myna.engine.grammar.rules.RulePart;
import dev.myna.engine.grammar.rules.RuleSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns checked rules into a {@link Program}, each part from its end to its beginning. */
final class ProgramCompiler {
    private static final int MAX_STEPS = 1 << 19;

    private final RuleSet rules;
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Integer> entries = new HashMap<>();
    private final Deque<String> pending = new ArrayDeque<>();
    private final Map<CodePoints, Integer> classes = new HashMap<>();

    private ProgramCompiler(RuleSet rules) {
        this.rules = rules;
    }

    static Program compile(RuleSet rules) {
        return new ProgramCompiler(rules).run();
    }

    private Program run() {
        add(new Program.Return());
        int start = entry(rules.root().name());
        while (!pending.isEmpty()) {
            Rule rule = rules.get(pending.remove());
            int body = step(rule.body(), Program.RETURN);
            steps.set(entries.get(rule.name()), new Program.Split(new int[] {body}));
        }
        int spaced = add(new Program.Split(new int[] {start, text(" ", start)}));
        return Program.of(steps, start, spaced);
    }

    private int entry(String rule) {
        Integer known = entries.get(rule);
        if (known != null) {
            return known;
        }
        int entry = add(null);
        entries.put(rule, entry);
        pending.add(rule);
        return entry;
    }

    private int add(Step step) {
        rules.work().spend(1);
        if (steps.size() >= MAX_STEPS) {
            throw new GrammarException("grammar: it is too large: more than " + MAX_STEPS + " steps");
        }
        steps.add(step);
        return steps.size() - 1;
    }

    /** The step at which {@code node}, followed by {@code next}, begins. */
    private int step(RulePart node, int next) {
        return switch (node) {
            case RulePart.Text text -> text(text.text(), next);
            case RulePart.Characters characters -> characters(characters.set(), next);
            case RulePart.Reference reference -> add(new Program.Call(entry(reference.rule()), next));
            case RulePart.Sequence sequence -> {
                int from = next;
                for (int i = sequence.parts().size() - 1; i >= 0; i--) {
                    from = step(sequence.parts().get(i), from);
                }
                yield from;
            }
            case RulePart.Choice choice -> {
                int[] targets = new int[choice.options().size()];
                int count = 0;
                for (RulePart option : choice.options()) {
                    // An option that never ends would be a trap.
                    if (rules.canEnd(option)) {
                        targets[count++] = step(option, next);
                    }
                }
                yield count == 1 ? targets[0] : add(new Program.Split(Arrays.copyOf(targets, count)));
            }
            case RulePart.Repeat repeat -> repeat(repeat, next);
        };
    }

    private int repeat(RulePart.Repeat repeat, int next) {
        if (repeat.max() == 0 || !rules.canEnd(repeat.body())) {
            return next;
        }
        boolean bodyCanBeEmpty = rules.canBeEmpty(repeat.body());
        int min = bodyCanBeEmpty ? 0 : repeat.min();
        if (repeat.max() == 1) {
            int body = step(repeat.body(), next);
            return min == 1 ? body : add(new Program.Split(new int[] {body, next}));
        }
        if (repeat.max() == RulePart.UNBOUNDED && min <= 1) {
            int loop = add(null);
            int body = step(repeat.body(), loop);
            steps.set(loop, new Program.Split(new int[] {body, next}));
            return min == 1 ? body : loop;
        }
        int body = step(repeat.body(), Program.RETURN);
        return add(new Program.Loop(body, min, repeat.max(), next, bodyCanBeEmpty));
    }

    private int text(String text, int next) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int from = next;
        for (int i = bytes.length - 1; i >= 0; i--) {
            int[] value = {bytes[i] & 0xff};
            from = add(new Program.Read(value, value, new int[] {from}));
        }
        return from;
    }

    private int characters(CodePoints set, int next) {
        if (set.high(set.count() - 1) < 0x80) {
            return ascii(set, next);
        }
        // Shared by all places that use this set.
        Integer entry = classes.get(set);
        if (entry == null) {
            rules.work().spend(16L * set.count());
            entry = Utf8Steps.add(set, this::add);
            classes.put(set, entry);
        }
        return next == Program.RETURN ? entry : add(new Program.Call(entry, next));
    }

    private int ascii(CodePoints set, int next) {
        rules.work().spend(set.count());
        int[] lows = new int[set.count()];
        int[] highs = new int[set.count()];
        int[] targets = new int[set.count()];
        for (int i = 0; i < lows.length; i++) {
            lows[i] = set.low(i);
            highs[i] = set.high(i);
            targets[i] = next;
        }
        return add(new Program.Read(lows, highs, targets));
    }
}
