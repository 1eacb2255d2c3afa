// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings rows of images into a pass of the decoder. A row holds what the residual stream begins with, and for some models as much again
 * for each of the first layers, which is added behind that layer. For one thread.
 */
final class Deepstack {
    private final int width;
    private final int layers;
    private final int rowWidth;
    private final List<Run> runs = new ArrayList<>();
    private float[] part = {};

    /** {@code count} consecutive rows of an image at consecutive rows of the pass. */
    private record Run(float[] values, int from, int row, int count) {}

    Deepstack(DecoderConfig config) {
        width = config.width();
        layers = config.deepstack();
        rowWidth = config.imageRowWidth();
    }

    /** Writes what the residual stream {@code x} begins with, and remembers the rest. */
    void write(Device device, float[] values, int from, Buffer x, int row, int count) {
        Buffer target = x.slice(row, count);
        if (layers == 0) {
            device.write(target, values, from * width, count);
            return;
        }
        Run run = new Run(values, from, row, count);
        runs.add(run);
        device.write(target, part(run, 0), 0, count);
    }

    /** Adds what belongs behind a layer. Overwrites the normed rows, which the next layer computes anew. */
    void addTo(Activations a, int layer) {
        if (layer >= layers) {
            return;
        }
        for (Run run : runs) {
            Buffer rows = a.normed().slice(0, run.count);
            a.device().write(rows, part(run, 1 + layer), 0, run.count);
            a.device().elementwise().add(a.x().slice(run.row, run.count), rows, run.count);
        }
    }

    /** Forgets all rows. */
    void clear() {
        runs.clear();
    }

    /** One of the parts of the rows of a run, [count, width]. */
    private float[] part(Run run, int index) {
        if (part.length < run.count * width) {
            part = new float[run.count * width];
        }
        for (int i = 0; i < run.count; i++) {
            System.arraycopy(run.values, (run.from + i) * rowWidth + index * width, part, i * width, width);
        }
        return part;
    }
}
