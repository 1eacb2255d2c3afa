// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

/** What long work asks between its steps, on the thread that computes: whether it is still wanted. What it throws ends the work. */
@FunctionalInterface
public interface Checkpoint {
    /** Wants everything. */
    Checkpoint NONE = () -> {};

    /** Throws if the work is not wanted any more. */
    void check();

    /** As {@link #check}, where others may have the device before the next step. */
    default void betweenLayers() {
        check();
    }
}
