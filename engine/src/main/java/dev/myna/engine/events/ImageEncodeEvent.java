// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** See {@link FlightEvents#imageEncode}. */
@Name("dev.myna.ImageEncode")
@Label("Image Encode")
@Category("Myna")
@Description("An image became rows for the decoder")
@StackTrace(false)
final class ImageEncodeEvent extends SpanEvent {
    @Label("Width")
    private final int width;

    @Label("Height")
    private final int height;

    @Label("Rows")
    private long rows;

    ImageEncodeEvent(int width, int height) {
        this.width = width;
        this.height = height;
        begin();
    }

    @Override
    void keep(long count) {
        rows = count;
    }
}
