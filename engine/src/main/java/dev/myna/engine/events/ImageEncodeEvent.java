// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** See {@link FlightEvents#imageEncode}. */
@Name("dev.myna.ImageEncode")
@Label("Image Encode")
@Category("Myna")
@Description("A picture became rows for the decoder")
@StackTrace(false)
final class ImageEncodeEvent extends Event implements Span {
    @Label("Width")
    private final int width;

    @Label("Height")
    private final int height;

    @Label("Rows")
    private long rows;

    private transient boolean finished;

    ImageEncodeEvent(int width, int height) {
        this.width = width;
        this.height = height;
        begin();
    }

    @Override
    public synchronized void finish(long count) {
        if (!finished) {
            finished = true;
            rows = count;
            commit();
        }
    }
}
