// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

/** A stretch of work that a flight recording may show. It began when it was made. */
public interface Span {
    /** Of work that is not recorded. */
    Span NONE = _ -> {};

    /**
     * Ends it; later calls do nothing. For any thread.
     *
     * @param count how much was done: bytes, rows or tokens
     */
    void finish(long count);
}
