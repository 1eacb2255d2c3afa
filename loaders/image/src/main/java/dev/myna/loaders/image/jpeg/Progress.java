// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import dev.myna.loaders.image.jpeg.segments.Component;
import dev.myna.loaders.image.jpeg.segments.ScanHeader;
import java.util.Arrays;

/** Records which bits of which coefficients the scans of a frame have given. */
final class Progress {
    private static final int NONE = -1;

    /** By component and k: the lowest bit received, or {@link #NONE}. */
    private final int[][] lowest;

    Progress(int components) {
        lowest = new int[components][64];
        for (int[] bits : lowest) {
            Arrays.fill(bits, NONE);
        }
    }

    /** Records a complete scan. */
    void add(ScanHeader scan) {
        for (Component c : scan.components()) {
            for (int k = scan.first(); k <= scan.last(); k++) {
                lowest[c.index()][k] = scan.low();
            }
        }
    }

    /** Whether all bits of every coefficient are received. */
    boolean complete() {
        for (int[] bits : lowest) {
            for (int bit : bits) {
                if (bit != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the component's DC coefficients are received, at least their high bits. */
    boolean begun(Component component) {
        return lowest[component.index()][0] != NONE;
    }
}
