// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;

/** Checks of options. */
final class Bounds {
    private Bounds() {}

    /** @throws RequestException if an option is out of its bounds: {@code top-p must be in (0, 1], not 2} */
    static void check(boolean within, String option, String bound, Object value) {
        if (!within) {
            throw new RequestException(option + " must be " + bound + ", not " + value);
        }
    }
}
