// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** See {@link FlightEvents#decode}. */
@Name("dev.myna.Decode")
@Label("Decode")
@Category("Myna")
@Description("An answer was generated; in a session, while its pieces were asked for")
@StackTrace(false)
final class DecodeEvent extends SpanEvent {
    @Label("Position")
    private final int position;

    @Label("Tokens")
    private long tokens;

    DecodeEvent(int position) {
        this.position = position;
        begin();
    }

    @Override
    void keep(long count) {
        tokens = count;
    }
}
