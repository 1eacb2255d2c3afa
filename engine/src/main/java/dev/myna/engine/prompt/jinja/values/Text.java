// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * A string whose every character knows its origin. Positions are UTF-16 units; {@link #length} and {@link #index} speak of code
 * points, as templates do.
 */
public final class Text {
    /** Origin of what the template says. */
    public static final byte TEMPLATE = 0;

    /** Origin of what users, tools and models say: never control tokens. */
    public static final byte DATA = 1;

    /** Origin of the one character that stands for an image. */
    public static final byte IMAGE = 2;

    public static final Text EMPTY = new Text("", TEMPLATE, null);

    private final String characters;
    private final byte origin;

    /** One per UTF-16 unit, or null where all are {@link #origin}. */
    private final byte[] origins;

    private int length = -1;

    private Text(String characters, byte origin, byte[] origins) {
        this.characters = characters;
        this.origin = origin;
        this.origins = origins;
    }

    /** A string of one origin. */
    public static Text of(String characters, byte origin) {
        return new Text(characters, origin, null);
    }

    /** A string that the template says. */
    public static Text template(String characters) {
        return new Text(characters, TEMPLATE, null);
    }

    /** A string with an origin for each UTF-16 unit. */
    public static Text of(String characters, byte[] origins) {
        if (origins.length != characters.length()) {
            throw new IllegalArgumentException(origins.length + " origins of " + characters.length() + " characters");
        }
        for (byte each : origins) {
            if (each != origins[0]) {
                return new Text(characters, TEMPLATE, origins);
            }
        }
        return new Text(characters, origins.length == 0 ? TEMPLATE : origins[0], null);
    }

    /** The characters alone. */
    @Override
    public String toString() {
        return characters;
    }

    /** The origin of the UTF-16 unit at {@code at}. */
    public byte origin(int at) {
        return origins == null ? origin : origins[at];
    }

    public boolean isEmpty() {
        return characters.isEmpty();
    }

    /** UTF-16 units. */
    public int units() {
        return characters.length();
    }

    /** Code points. */
    public int length() {
        if (length < 0) {
            length = characters.codePointCount(0, characters.length());
        }
        return length;
    }

    /** Where code point {@code n} begins, in UTF-16 units. */
    int index(int n) {
        return length() == characters.length() ? n : characters.offsetByCodePoints(0, n);
    }

    /** From UTF-16 unit {@code from} to before {@code to}. */
    public Text sub(int from, int to) {
        if (from == 0 && to == characters.length()) {
            return this;
        }
        String part = characters.substring(from, to);
        return origins == null ? new Text(part, origin, null) : of(part, Arrays.copyOfRange(origins, from, to));
    }

    /** The code point at {@code n}, as a string. */
    Text codePoint(int n) {
        int from = index(n);
        return sub(from, from + Character.charCount(characters.codePointAt(from)));
    }

    /** Each run of one origin changed on its own, so that origins stay where they were. */
    Text mapRuns(UnaryOperator<String> change) {
        if (origins == null) {
            return new Text(change.apply(characters), origin, null);
        }
        TextBuilder out = new TextBuilder();
        for (int from = 0, to; from < characters.length(); from = to) {
            to = from + 1;
            while (to < characters.length() && origins[to] == origins[from]) {
                to++;
            }
            out.append(change.apply(characters.substring(from, to)), origins[from]);
        }
        return out.build();
    }

    /** Whether any character is data. */
    boolean hasData() {
        if (origins == null) {
            return origin != TEMPLATE && !characters.isEmpty();
        }
        for (byte each : origins) {
            if (each != TEMPLATE) {
                return true;
            }
        }
        return false;
    }

    void appendTo(StringBuilder out, byte[] to, int at) {
        out.append(characters);
        if (origins == null) {
            Arrays.fill(to, at, at + characters.length(), origin);
        } else {
            System.arraycopy(origins, 0, to, at, origins.length);
        }
    }
}
