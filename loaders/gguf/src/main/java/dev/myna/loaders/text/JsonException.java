// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.text;

/** A text is not the JSON that was expected. The message is one short line that says what is wrong, and where. */
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String rule;

    /** @param place line and column, or empty */
    JsonException(String rule, String place) {
        super(place.isEmpty() ? rule : rule + " (" + place + ")");
        this.rule = rule;
    }

    /** What is wrong, without the place. */
    public String rule() {
        return rule;
    }
}
