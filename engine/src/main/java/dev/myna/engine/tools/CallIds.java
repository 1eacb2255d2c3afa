// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.security.SecureRandom;
import java.util.function.Supplier;

/** Makes identifiers of calls: {@code call_} and 24 letters and digits, or nine of them where templates demand nine. */
public final class CallIds implements Supplier<String> {
    private static final String CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final boolean nine;

    /** @param format of the answer */
    public CallIds(ToolFormat format) {
        nine = format == ToolFormat.MISTRAL;
    }

    @Override
    public String get() {
        StringBuilder id = new StringBuilder(nine ? "" : "call_");
        for (int i = 0; i < (nine ? 9 : 24); i++) {
            id.append(CHARACTERS.charAt(RANDOM.nextInt(CHARACTERS.length())));
        }
        return id.toString();
    }
}
