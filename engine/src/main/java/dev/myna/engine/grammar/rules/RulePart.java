// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import java.util.List;

/** A part of a rule: what texts it stands for. */
public sealed interface RulePart {
    /** The empty text. */
    RulePart EMPTY = new Sequence(List.of());

    /** The text itself. */
    record Text(String text) implements RulePart {}

    /** Any one character of a set. */
    record Characters(CodePoints set) implements RulePart {}

    /** One after the other. */
    record Sequence(List<RulePart> parts) implements RulePart {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /** Any one of several. */
    record Choice(List<RulePart> options) implements RulePart {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /** {@code min} to {@code max} times; {@code max} {@link #UNBOUNDED} for any number. */
    record Repeat(RulePart body, int min, int max) implements RulePart {}

    /** Another rule, and where its name stands (line 0 for rules that no user wrote). */
    record Reference(String rule, int line, int column) implements RulePart {}

    int UNBOUNDED = -1;

    static RulePart text(String text) {
        return new Text(text);
    }

    static RulePart sequence(RulePart... parts) {
        return parts.length == 1 ? parts[0] : new Sequence(List.of(parts));
    }

    static RulePart sequence(List<RulePart> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Sequence(parts);
    }

    static RulePart choice(RulePart... options) {
        return choice(List.of(options));
    }

    static RulePart choice(List<RulePart> options) {
        return options.size() == 1 ? options.getFirst() : new Choice(options);
    }

    static RulePart optional(RulePart body) {
        return new Repeat(body, 0, 1);
    }

    static RulePart any(RulePart body) {
        return new Repeat(body, 0, UNBOUNDED);
    }

    static RulePart reference(String rule) {
        return new Reference(rule, 0, 0);
    }
}
