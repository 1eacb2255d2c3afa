// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** See {@link FlightEvents#modelLoad}. */
@Name("dev.myna.ModelLoad")
@Label("Model Load")
@Category("Myna")
@Description("A model was loaded from opened files")
@StackTrace(false)
final class ModelLoadEvent extends Event implements Span {
    @Label("File")
    private final String file;

    @Label("Size")
    @DataAmount
    private long bytes;

    private transient boolean finished;

    ModelLoadEvent(String file) {
        this.file = file;
        begin();
    }

    @Override
    public synchronized void finish(long count) {
        if (!finished) {
            finished = true;
            bytes = count;
            commit();
        }
    }
}
