// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.events;

import jdk.jfr.FlightRecorder;

/**
 * What Myna tells JDK Flight Recorder. While that was not started, work costs one look at a field, and the classes of events are not
 * loaded: no archive of classes may hold them. The module {@code jdk.jfr} need not be there.
 */
public final class FlightEvents {
    private static final boolean THERE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private FlightEvents() {}

    private static boolean recorded() {
        return THERE && FlightRecorder.isInitialized();
    }

    /**
     * A model is loaded, from opened files to a model that can answer; counts bytes of its files.
     *
     * @param file the decoder's name
     */
    public static Span modelLoad(String file) {
        return recorded() ? new ModelLoadEvent(file) : Span.NONE;
    }

    /** An image goes through preprocessing, tower and projector; counts rows for the decoder. */
    public static Span imageEncode(int width, int height) {
        return recorded() ? new ImageEncodeEvent(width, height) : Span.NONE;
    }

    /**
     * Rows of a tower go through the projector, within {@link #imageEncode}: once for the tiles that are computed together, and for each
     * deepstack layer; counts rows for the decoder. On an OpenCL device it also waits for the tower.
     */
    public static Span imageProject() {
        return recorded() ? new ImageProjectEvent() : Span.NONE;
    }

    /**
     * A prompt goes through the decoder; counts tokens, rows of images included.
     *
     * @param cached positions before, which were computed earlier
     */
    public static Span prefill(int cached) {
        return recorded() ? new PrefillEvent(cached) : Span.NONE;
    }

    /**
     * An answer is generated, from the end of the prompt on; counts tokens.
     *
     * @param position positions before it
     */
    public static Span decode(int position) {
        return recorded() ? new DecodeEvent(position) : Span.NONE;
    }
}
