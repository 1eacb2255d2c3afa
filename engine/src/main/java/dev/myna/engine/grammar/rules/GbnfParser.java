// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import dev.myna.engine.error.GrammarException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads llama.cpp's grammar notation GBNF. */
public final class GbnfParser {
    public static final int MAX_REPETITIONS = 1 << 16;
    private static final int MAX_DEPTH = 128;
    private static final String ROOT = "root";

    private final GbnfReader in;
    private final Map<String, Rule> rules = new LinkedHashMap<>();

    private GbnfParser(GbnfReader in) {
        this.in = in;
    }

    public static RuleSet parse(String text, Work work) {
        work.spend(text.length());
        return new GbnfParser(new GbnfReader(text)).rules(work);
    }

    private RuleSet rules(Work work) {
        in.skipSpace(true);
        while (!in.atEnd()) {
            rule();
            in.skipSpace(true);
        }
        if (!rules.containsKey(ROOT)) {
            throw in.error("the grammar ends without a rule named '" + ROOT + "'");
        }
        return new RuleSet(rules.values(), ROOT, work);
    }

    private void rule() {
        int line = in.line();
        int column = in.column();
        String name = in.name();
        if (name.isEmpty()) {
            throw in.error("expected the name of a rule, found " + in.found());
        }
        in.skipSpace(false);
        if (!in.take("::=")) {
            throw in.error(
                    "expected ::= after the name of rule '" + GrammarException.shown(name) + "', found " + in.found());
        }
        in.skipSpace(true);
        Rule rule = new Rule(name, choice(0), line, column);
        if (!in.atEnd() && !in.atNewline()) {
            throw in.error("expected the next part of rule '" + GrammarException.shown(name)
                    + "' or the end of the line, found " + in.found());
        }
        if (rules.putIfAbsent(name, rule) != null) {
            throw rule.error("rule '" + GrammarException.shown(name) + "' is defined twice, first in line "
                    + rules.get(name).line());
        }
        if (rules.size() > RuleSet.MAX_RULES) {
            throw rule.error("this is rule " + rules.size() + "; at most " + RuleSet.MAX_RULES + " are supported");
        }
    }

    private RulePart choice(int depth) {
        List<RulePart> options = new ArrayList<>();
        do {
            in.skipSpace(depth > 0);
            options.add(sequence(depth));
        } while (nextOption(depth));
        return RulePart.choice(options);
    }

    /** Whether another option follows; one that begins a line counts. */
    private boolean nextOption(int depth) {
        if (depth == 0 && in.atNewline() && in.nextLineBeginsWith('|')) {
            in.skipSpace(true);
        }
        if (!in.take("|")) {
            return false;
        }
        in.skipSpace(true);
        return true;
    }

    private RulePart sequence(int depth) {
        List<RulePart> parts = new ArrayList<>();
        while (true) {
            RulePart part = part(depth);
            if (part == null) {
                return RulePart.sequence(parts);
            }
            in.skipSpace(depth > 0);
            parts.add(repeated(part, depth));
        }
    }

    private RulePart part(int depth) {
        if (in.atEnd()) {
            return null;
        }
        int line = in.line();
        int column = in.column();
        switch (in.peek()) {
            case '"' -> {
                return RulePart.text(in.literal());
            }
            case '[' -> {
                return new RulePart.Characters(in.characterClass());
            }
            case '.' -> {
                in.take(".");
                return new RulePart.Characters(CodePoints.ALL);
            }
            case '(' -> {
                return group(depth, line, column);
            }
            case '*', '+', '?', '{' ->
                throw in.error("'" + Character.toString(in.peek()) + "' needs something to repeat in front of it");
            case '<', '!' -> throw in.error("tokens in grammars are not supported; write their text as a literal");
            default -> {
                String name = in.name();
                return name.isEmpty() ? null : new RulePart.Reference(name, line, column);
            }
        }
    }

    private RulePart group(int depth, int line, int column) {
        if (depth >= MAX_DEPTH) {
            throw in.error("groups are nested more than " + MAX_DEPTH + " deep");
        }
        in.take("(");
        in.skipSpace(true);
        RulePart group = choice(depth + 1);
        if (!in.take(")")) {
            throw in.error("expected ) for the ( of line " + line + ", column " + column + ", found " + in.found());
        }
        return group;
    }

    private RulePart repeated(RulePart part, int depth) {
        RulePart repeated = part;
        for (int times = 0; !in.atEnd(); times++) {
            if (times > MAX_DEPTH) {
                throw in.error("more than " + MAX_DEPTH + " repetitions of one part");
            }
            if (in.take("*")) {
                repeated = RulePart.any(repeated);
            } else if (in.take("+")) {
                repeated = new RulePart.Repeat(repeated, 1, RulePart.UNBOUNDED);
            } else if (in.take("?")) {
                repeated = RulePart.optional(repeated);
            } else if (in.peek() == '{') {
                repeated = counted(repeated);
            } else {
                break;
            }
            in.skipSpace(depth > 0);
        }
        return repeated;
    }

    private RulePart counted(RulePart body) {
        in.take("{");
        in.skipSpace(true);
        int min = in.number(MAX_REPETITIONS);
        int max = min;
        in.skipSpace(true);
        if (in.take(",")) {
            in.skipSpace(true);
            max = in.peek() == '}' ? RulePart.UNBOUNDED : in.number(MAX_REPETITIONS);
            in.skipSpace(true);
        }
        if (max != RulePart.UNBOUNDED && max < min) {
            throw in.error("{" + min + "," + max + "} ends below its beginning");
        }
        if (!in.take("}")) {
            throw in.error("expected } after a number of repetitions, found " + in.found());
        }
        return new RulePart.Repeat(body, min, max);
    }
}
