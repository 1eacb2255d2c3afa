// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.text;

import java.nio.charset.CharacterCodingException;

/** Bytes are not UTF-8. The message names the first byte that is wrong. */
public final class InvalidUtf8Exception extends CharacterCodingException {
    private static final long serialVersionUID = 1L;

    private final int at;

    /** @param at index of the first byte that is wrong */
    InvalidUtf8Exception(int at) {
        this.at = at;
    }

    @Override
    public String getMessage() {
        return "not valid UTF-8 (at byte " + at + ")";
    }
}
