// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import java.util.List;

/** A part of a rule: what texts it stands for. */
public sealed interface Node {
    /** The empty text. */
    Node EMPTY = new Sequence(List.of());

    /** The text itself. */
    record Text(String text) implements Node {}

    /** Any one character of a set. */
    record Characters(CodePoints set) implements Node {}

    /** One after the other. */
    record Sequence(List<Node> parts) implements Node {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /** Any one of several. */
    record Choice(List<Node> options) implements Node {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /** {@code min} to {@code max} times; {@code max} {@link #UNBOUNDED} for any number. */
    record Repeat(Node body, int min, int max) implements Node {}

    /** Another rule, and where its name stands (line 0 for rules that no user wrote). */
    record Reference(String rule, int line, int column) implements Node {}

    int UNBOUNDED = -1;

    static Node text(String text) {
        return new Text(text);
    }

    static Node sequence(Node... parts) {
        return parts.length == 1 ? parts[0] : new Sequence(List.of(parts));
    }

    static Node sequence(List<Node> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Sequence(parts);
    }

    static Node choice(Node... options) {
        return choice(List.of(options));
    }

    static Node choice(List<Node> options) {
        return options.size() == 1 ? options.getFirst() : new Choice(options);
    }

    static Node optional(Node body) {
        return new Repeat(body, 0, 1);
    }

    static Node any(Node body) {
        return new Repeat(body, 0, UNBOUNDED);
    }

    static Node reference(String rule) {
        return new Reference(rule, 0, 0);
    }
}
