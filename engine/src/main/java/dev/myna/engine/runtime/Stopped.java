// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

/** Ends work that nobody waits for any more, from inside; callers never see it. */
final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
        super(null, null, false, false);
    }
}
