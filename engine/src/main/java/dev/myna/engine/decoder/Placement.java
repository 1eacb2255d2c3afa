// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.Device;

/**
 * Which device holds what of a decoder: the token embedding and the first layers are at the front, the other layers, the last norm
 * and the output at the back. Both are one device, or the back is where only so many layers fit.
 *
 * @param split layers at the front; 0 where both are one device
 */
public record Placement(Device front, Device back, int split) {

    /** Everything on one device. */
    public static Placement on(Device device) {
        return new Placement(device, device, 0);
    }

    /**
     * The last {@code count} of all layers, and what follows them, on a device of its own. With all of them nothing is left at the
     * front, with none nothing is at the back.
     */
    public static Placement last(int count, int layers, Device front, Device back) {
        if (count <= 0) {
            return on(front);
        }
        return count >= layers ? on(back) : new Placement(front, back, layers - count);
    }

    /** The device of a layer. */
    Device of(int layer) {
        return layer < split ? front : back;
    }

    /** Whether there are two devices. */
    boolean divided() {
        return split > 0;
    }
}
