// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import java.lang.foreign.Arena;

/** What the layers of a decoder hand on to each other, on one device. */
record Activations(
        Buffer x, Buffer normed, Buffer query, Buffer key, Buffer value, Buffer attended, Buffer gate, Buffer up) {

    Activations(Device device, Arena scope, int rows, DecoderConfig config) {
        this(
                device.allocate(scope, rows, config.width()),
                device.allocate(scope, rows, config.width()),
                device.allocate(scope, rows, config.queryWidth()),
                device.allocate(scope, rows, config.kvWidth()),
                device.allocate(scope, rows, config.kvWidth()),
                device.allocate(scope, rows, config.queryWidth()),
                device.allocate(scope, rows, config.feedForward()),
                device.allocate(scope, rows, config.feedForward()));
    }

    /** Bytes of one row of all of them. */
    static long rowBytes(DecoderConfig config) {
        return 2L
                * Float.BYTES
                * ((long) config.width() + config.queryWidth() + config.kvWidth() + config.feedForward());
    }
}
