// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The codes of copy distances (RFC 9649, section 3.6.2): first the {@value #NEIGHBOURS} nearest pixels by distance, then all
 * distances in scanning order.
 */
final class DistanceMap {
    private static final int NEIGHBOURS = 120;
    private static final int REACH = 8;

    private record Neighbour(int left, int up) {}

    private static final List<Neighbour> ORDER = order();

    private final int[] distances = new int[NEIGHBOURS];

    DistanceMap(int width) {
        for (int i = 0; i < NEIGHBOURS; i++) {
            Neighbour neighbour = ORDER.get(i);
            distances[i] = Math.max(1, neighbour.up * width + neighbour.left);
        }
    }

    /** The distance of the code in pixels, at least 1. */
    int distance(int code) {
        return code > NEIGHBOURS ? code - NEIGHBOURS : distances[code - 1];
    }

    /** Of equally near pixels the one more straight above comes first, and of a pair the left one. */
    private static List<Neighbour> order() {
        List<Neighbour> order = new ArrayList<>();
        for (int up = 0; up < REACH; up++) {
            for (int left = up == 0 ? 1 : 1 - REACH; left <= REACH; left++) {
                order.add(new Neighbour(left, up));
            }
        }
        order.sort(Comparator.<Neighbour>comparingInt(n -> n.left * n.left + n.up * n.up)
                .thenComparingInt(n -> Math.abs(n.left))
                .thenComparingInt(n -> -n.left));
        return List.copyOf(order);
    }
}
