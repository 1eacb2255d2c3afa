// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** See {@link FlightEvents#modelLoad}. */
@Name("dev.myna.ModelLoad")
@Label("Model Load")
@Category("Myna")
@Description("A model was loaded from opened files")
@StackTrace(false)
final class ModelLoadEvent extends SpanEvent {
    @Label("File")
    private final String file;

    @Label("Size")
    @DataAmount
    private long bytes;

    ModelLoadEvent(String file) {
        this.file = file;
        begin();
    }

    @Override
    void keep(long count) {
        bytes = count;
    }
}
