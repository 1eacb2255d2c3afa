// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import dev.myna.loaders.image.jpeg.segments.Faults;
import dev.myna.loaders.image.jpeg.segments.SegmentReader;
import java.io.IOException;
import java.util.Arrays;

/** Conditioning parameters of the arithmetic coder (T.81 B.2.4.3, F.1.4.4.1.4, F.1.4.4.2.1). */
final class Conditioning {
    /** Bounds L and U of small and large DC differences, by destination. */
    final int[] dcLower = new int[4];

    final int[] dcUpper = {1, 1, 1, 1};

    /** The last k whose magnitudes count as low frequencies, by destination. */
    final int[] acKx = new int[4];

    Conditioning() {
        Arrays.fill(acKx, 5);
    }

    void read(SegmentReader in) throws IOException {
        while (in.remaining() > 0) {
            int at = in.position();
            int head = in.u8();
            int value = in.u8();
            int destination = head & 15;
            boolean dc = head >> 4 == 0;
            boolean sound = dc ? (value & 15) <= value >> 4 : value >= 1 && value <= 63;
            if (head >> 4 > 1 || destination > 3 || !sound) {
                throw Faults.damaged(at, "arithmetic conditioning " + head + ": " + value);
            }
            if (dc) {
                dcLower[destination] = value & 15;
                dcUpper[destination] = value >> 4;
            } else {
                acKx[destination] = value;
            }
        }
    }
}
