// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.kernels.Attention;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.hub.Manifest;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What decides how much memory keys and values take.
 *
 * @param layers decoder layers
 * @param kvWidth elements of a position's keys, and again of its values, in a layer
 * @param windows of each layer, how many positions a row may look at; empty if all look at everything
 * @param passRows rows of a prompt that are stored before the first of them is looked at
 */
record CacheShape(int layers, int kvWidth, List<Integer> windows, int passRows) {
    /** Bytes of a key and a value in f16. */
    private static final double PAIR = 4;

    private static final long MOST_LAYERS = 1024;
    private static final long MOST_WIDTH = 1 << 24;
    private static final long MOST_POSITIONS = Integer.MAX_VALUE - KvCache.GROUP;

    /** From a manifest, which says a window and that every so many layers one looks at everything. */
    static CacheShape of(Manifest.Decoder decoder, int passRows) {
        int layers = (int) Math.clamp(decoder.layers(), 1, MOST_LAYERS);
        int window = (int) Math.clamp(decoder.window().orElse(Attention.NO_WINDOW), 1, Attention.NO_WINDOW);
        long period = Math.max(1, decoder.windowPeriod().orElse(Long.MAX_VALUE));
        List<Integer> windows = decoder.window().isEmpty()
                ? List.of()
                : IntStream.range(0, layers)
                        .mapToObj(layer -> (layer + 1) % period == 0 ? Attention.NO_WINDOW : window)
                        .toList();
        return new CacheShape(layers, (int) Math.clamp(decoder.kvWidth(), 1, MOST_WIDTH), windows, passRows);
    }

    /** Bytes for a context of that many positions. {@code share} is the size relative to f16. */
    long bytes(long positions, double share) {
        int capacity = (int) Math.clamp(positions, 1, MOST_POSITIONS);
        KvCache.Shape shape =
                new KvCache.Shape(layers, capacity, 1, kvWidth, TensorType.F32, TensorType.F32, windows, passRows);
        double stored = 0;
        for (int layer = 0; layer < layers; layer++) {
            stored += shape.positions(layer);
        }
        return (long) (stored * kvWidth * PAIR * share);
    }

    /** Bytes that a token reads behind that many positions. */
    long read(long positions, double share) {
        double seen = 0;
        for (int layer = 0; layer < layers; layer++) {
            seen += windows.isEmpty() ? positions : Math.min(positions, windows.get(layer));
        }
        return (long) (seen * kvWidth * PAIR * share);
    }
}
