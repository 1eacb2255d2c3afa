// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import java.util.Arrays;

/** Joins texts; origins go along. */
public final class TextBuilder {
    private final StringBuilder characters = new StringBuilder();
    private byte[] origins = new byte[64];

    public TextBuilder append(Text text) {
        reserve(text.units());
        text.appendTo(characters, origins, characters.length());
        return this;
    }

    public TextBuilder append(String text, byte origin) {
        reserve(text.length());
        Arrays.fill(origins, characters.length(), characters.length() + text.length(), origin);
        characters.append(text);
        return this;
    }

    public int units() {
        return characters.length();
    }

    public Text build() {
        return Text.of(characters.toString(), Arrays.copyOf(origins, characters.length()));
    }

    private void reserve(int more) {
        int needed = characters.length() + more;
        if (needed > origins.length) {
            origins = Arrays.copyOf(origins, Math.max(needed, 2 * origins.length));
        }
    }
}
