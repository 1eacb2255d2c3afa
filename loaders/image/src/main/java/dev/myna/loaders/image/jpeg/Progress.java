// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import java.util.Arrays;

/** Which bits of which coefficients have come, over the scans of a frame. */
final class Progress {
    private static final int NONE = -1;

    /** By component and k: the lowest bit that has come, or {@link #NONE}. */
    private final int[][] lowest;

    Progress(int components) {
        lowest = new int[components][64];
        for (int[] bits : lowest) {
            Arrays.fill(bits, NONE);
        }
    }

    /** Notes a scan that was read to its end. */
    void add(ScanHeader scan) {
        for (Component c : scan.components()) {
            for (int k = scan.first(); k <= scan.last(); k++) {
                lowest[c.index()][k] = scan.low();
            }
        }
    }

    /** Whether every coefficient has come with all its bits. */
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

    /** Whether the component's DC coefficients have come, at least roughly. */
    boolean begun(Component component) {
        return lowest[component.index()][0] != NONE;
    }
}
