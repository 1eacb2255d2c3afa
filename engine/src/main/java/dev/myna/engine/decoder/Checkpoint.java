// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

/** Is called between the steps of long work, on the thread that computes. An exception ends the work. */
@FunctionalInterface
public interface Checkpoint {
    /** Never ends the work. */
    Checkpoint NONE = () -> {};

    /** Throws to end the work. */
    void check();

    /** As {@link #check}; other threads may use the device before the next step. */
    default void betweenLayers() {
        check();
    }
}
