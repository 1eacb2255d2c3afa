// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.Device;

/**
 * Which device holds which part of a decoder. The front holds the token embedding and the first layers; the back holds the other layers,
 * the last norm and the output. Both may be one device.
 *
 * @param split layers at the front; 0 if both are one device
 */
public record LayerPlacement(Device front, Device back, int split) {

    /** Everything on one device. */
    public static LayerPlacement on(Device device) {
        return new LayerPlacement(device, device, 0);
    }

    /**
     * The last {@code count} layers, the last norm and the output at the back, the rest at the front. Everything is at the back if
     * {@code count} is all layers, and at the front if it is 0.
     */
    public static LayerPlacement last(int count, int layers, Device front, Device back) {
        if (count <= 0) {
            return on(front);
        }
        return count >= layers ? on(back) : new LayerPlacement(front, back, layers - count);
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
