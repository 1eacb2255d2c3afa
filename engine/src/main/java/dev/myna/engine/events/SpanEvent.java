// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

import jdk.jfr.Event;

/** An event that is a {@link Span}: it begins when it is made, and is written once. */
abstract class SpanEvent extends Event implements Span {
    private transient boolean finished;

    @Override
    public final synchronized void finish(long count) {
        if (!finished) {
            finished = true;
            keep(count);
            commit();
        }
    }

    /** Takes up how much was done. */
    abstract void keep(long count);
}
