// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import org.junit.jupiter.api.Assumptions;

/** Skips that nothing can be installed against: the processor or the system is another one. */
public final class Machine {
    private Machine() {}

    /** Skips the calling test unless {@code condition} holds; {@code otherwise} says what this machine lacks. */
    public static void assume(boolean condition, String otherwise) {
        Assumptions.assumeTrue(condition, "not on this machine: " + otherwise);
    }
}
