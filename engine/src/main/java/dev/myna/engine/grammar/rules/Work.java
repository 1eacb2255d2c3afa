// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import dev.myna.engine.error.GrammarException;

/**
 * The work of compiling one grammar or schema: counted in parts made and characters looked at, bounded, and ended by an interrupt of
 * the thread that does it. Its size alone does not bound that work: a short schema may name a long part often.
 */
public final class Work {
    /** Less than a second. A schema of ten thousand properties takes a fiftieth. */
    private static final long MOST = 8_000_000;

    /** An interrupt is looked for once in so many units. */
    private static final long STRIDE = 4096;

    private long left = MOST;
    private long nextLook = MOST;

    /** @throws GrammarException if it is too much, or the thread was interrupted */
    public void spend(long units) {
        left -= units;
        if (left > nextLook) {
            return;
        }
        nextLook = left - STRIDE;
        if (left < 0) {
            throw new GrammarException("grammar: it is too large: compiling it takes more than " + MOST + " steps");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new GrammarException("grammar: compiling it was interrupted");
        }
    }
}
