// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** See {@link FlightEvents#prefill}. */
@Name("dev.myna.Prefill")
@Label("Prefill")
@Category("Myna")
@Description("A prompt went through the decoder")
@StackTrace(false)
final class PrefillEvent extends SpanEvent {
    @Label("Cached Positions")
    private final int cached;

    @Label("Tokens")
    private long tokens;

    PrefillEvent(int cached) {
        this.cached = cached;
        begin();
    }

    @Override
    void keep(long count) {
        tokens = count;
    }
}
