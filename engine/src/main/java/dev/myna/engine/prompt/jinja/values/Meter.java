// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;

/** The work that one rendering may do. Operations are charged before they build anything. */
public final class Meter {
    /** The longest string, in characters. */
    public static final int MAX_STRING = 16 << 20;

    /** The most elements of a list. */
    public static final int MAX_ELEMENTS = 100_000;

    /** The largest width, precision or indent. */
    static final int MAX_WIDTH = 64;

    private static final int MAX_CALLS = 64;
    private static final int MAX_DEPTH = 800;
    private static final int CHARACTERS_PER_STEP = 32;

    private long steps;
    private int calls;
    private int depth;

    public Meter(long steps) {
        this.steps = steps;
    }

    /** One step, for a node that is evaluated. */
    public void step() {
        spend(1);
    }

    /** Work on elements, one step each. */
    void spend(long elements) {
        steps -= elements;
        if (steps < 0) {
            throw limit("the template works too long");
        }
    }

    /** Work on characters. */
    public void characters(long count) {
        spend(count / CHARACTERS_PER_STEP + 1);
    }

    /** A string of {@code length} characters is about to be built. */
    public void string(long length) {
        if (length > MAX_STRING) {
            throw limit("a string is longer than " + MAX_STRING + " characters");
        }
        characters(length);
    }

    /** A list of {@code size} elements is about to be built. */
    public void list(long size) {
        if (size > MAX_ELEMENTS) {
            throw limit("a list has more than " + MAX_ELEMENTS + " elements");
        }
        spend(size);
    }

    public static int width(long width) {
        if (width > MAX_WIDTH) {
            throw limit("a width, precision or indent is larger than " + MAX_WIDTH);
        }
        return (int) Math.max(0, width);
    }

    public void enterCall() {
        if (++calls > MAX_CALLS) {
            throw limit("calls are nested deeper than " + MAX_CALLS);
        }
    }

    public void leaveCall() {
        calls--;
    }

    public void enter() {
        if (++depth > MAX_DEPTH) {
            throw limit("evaluation is nested too deep");
        }
    }

    public void leave() {
        depth--;
    }

    public static TemplateException limit(String message) {
        return new TemplateException(Kind.LIMIT, -1, message);
    }
}
