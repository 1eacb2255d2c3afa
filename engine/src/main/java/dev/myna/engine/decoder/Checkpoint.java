// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

/**
 * Is called between the steps of long work, on the thread that computes. An exception ends the work. Operations of devices ask {@link
 * #run} in their middle ({@link dev.myna.kernels.Cancellation}).
 */
@FunctionalInterface
public interface Checkpoint extends Runnable {
    /** Never ends the work. */
    Checkpoint NONE = () -> {};

    /** Throws to end the work. */
    void check();

    /** As {@link #check}, in the middle of a step. */
    @Override
    default void run() {
        check();
    }

    /** As {@link #check}; other threads may use the device before the next step. */
    default void betweenLayers() {
        check();
    }

    /** As {@link #check}, before layer {@code index} of {@code count} of a decoder's pass. */
    default void beforeLayer(int index, int count) {
        check();
    }

    /** An image begins whose tower has about so many layers to compute. */
    default void imageBegins(int layers) {}
}
