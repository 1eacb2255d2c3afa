// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import java.util.List;
import java.util.Map;

/** What a template computes with. No other object is ever reachable from one. */
public sealed interface Value {
    None NONE = new None();
    Bool TRUE = new Bool(true);
    Bool FALSE = new Bool(false);

    /** Nothing, Python's {@code None}. */
    record None() implements Value {}

    /** A variable, key or attribute that is not there; {@code name} is for messages. */
    record Undefined(String name) implements Value {
        @Override
        public boolean equals(Object other) {
            return other instanceof Undefined;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    /** A truth value; a number in arithmetic and comparisons. */
    record Bool(boolean value) implements Value {
        @Override
        public boolean equals(Object other) {
            return Numbers.equal(this, other);
        }

        @Override
        public int hashCode() {
            return Numbers.hash(this);
        }
    }

    /** An integer of 64 bits. */
    record Int(long value) implements Value {
        @Override
        public boolean equals(Object other) {
            return Numbers.equal(this, other);
        }

        @Override
        public int hashCode() {
            return Numbers.hash(this);
        }
    }

    /** A float of 64 bits. */
    record Real(double value) implements Value {
        @Override
        public boolean equals(Object other) {
            return Numbers.equal(this, other);
        }

        @Override
        public int hashCode() {
            return Numbers.hash(this);
        }
    }

    /** A string; equal to another by its characters, whatever their origins. */
    record Str(Text text) implements Value {
        @Override
        public boolean equals(Object other) {
            return other instanceof Str str && str.text.toString().equals(text.toString());
        }

        @Override
        public int hashCode() {
            return text.toString().hashCode();
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    /** A list or tuple, never changed. */
    record Sequence(List<Value> elements, boolean tuple) implements Value {}

    /** A map in order of insertion, never changed once it is made. */
    record Mapping(Map<Value, Value> entries) implements Value {}

    /** Python's views of a map: {@code dict_items} and the like, which print in a way of their own. */
    record View(String name, List<Value> elements) implements Value {}

    /** Integers from {@code from}, {@code step} apart. */
    record Range(long from, long to, long step, int size) implements Value {}

    /** The one thing that can be assigned to, by attribute. */
    record Namespace(Map<String, Value> attributes) implements Value {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(attributes);
        }
    }

    /** What {@code map}, {@code select} and their like give: can be gone through once. */
    final class Lazy implements Value {
        private List<Value> elements;

        public Lazy(List<Value> elements) {
            this.elements = elements;
        }

        List<Value> take() {
            List<Value> taken = elements;
            elements = List.of();
            return taken;
        }
    }

    /** A function, method or macro. */
    non-sealed interface Callable extends Value {
        /** For messages. */
        String name();

        Value call(Arguments arguments);
    }

    /** The variable {@code loop}. */
    non-sealed interface Attributed extends Value {
        /** The attribute, or null. */
        Value attribute(String name);
    }

    static Value of(boolean value) {
        return value ? TRUE : FALSE;
    }

    static Value of(long value) {
        return new Int(value);
    }

    /** A string that the template says. */
    static Value of(String text) {
        return new Str(Text.template(text));
    }

    static Value of(Text text) {
        return new Str(text);
    }

    static Value list(List<Value> elements) {
        return new Sequence(elements, false);
    }

    static Value tuple(List<Value> elements) {
        return new Sequence(elements, true);
    }
}
