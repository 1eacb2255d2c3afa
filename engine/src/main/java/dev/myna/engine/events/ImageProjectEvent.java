// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** See {@link FlightEvents#imageProject}. */
@Name("dev.myna.ImageProject")
@Label("Image Project")
@Category("Myna")
@Description("Rows of the vision tower went through a projector")
@StackTrace(false)
final class ImageProjectEvent extends SpanEvent {
    @Label("Rows")
    private long rows;

    ImageProjectEvent() {
        begin();
    }

    @Override
    void keep(long count) {
        rows = count;
    }
}
