// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.segments;

import java.io.IOException;

/**
 * A scan header (T.81 B.2.3).
 *
 * @param components the members of the scan
 * @param dcTables for each member, its DC table
 * @param acTables for each member, its AC table
 * @param first the first coefficient in zigzag order, Ss
 * @param last the last coefficient, Se
 * @param high the bit position of the scan before, or 0 in a first scan, Ah
 * @param low the bit position of this scan, Al
 * @param position where its entropy-coded data begin
 */
public record ScanHeader(
        Component[] components, int[] dcTables, int[] acTables, int first, int last, int high, int low, int position) {

    /** Reads the segment that the reader has just entered. */
    public static ScanHeader read(SegmentReader in, Frame frame) throws IOException {
        int at = in.position();
        int count = in.u8();
        if (count < 1 || count > frame.components().length || in.remaining() < 2 * count + 3) {
            throw Faults.damaged(at, "a scan of " + count + " components");
        }
        Component[] members = new Component[count];
        int[] dcTables = new int[count];
        int[] acTables = new int[count];
        for (int i = 0; i < count; i++) {
            members[i] = member(in.u8(), frame, members, at);
            int tables = in.u8();
            dcTables[i] = tables >> 4;
            acTables[i] = tables & 15;
            if (dcTables[i] > 3 || acTables[i] > 3) {
                throw Faults.damaged(at, "a scan with tables " + dcTables[i] + " and " + acTables[i]);
            }
        }
        int first = in.u8();
        int last = in.u8();
        int approximation = in.u8();
        in.leave();
        if (!frame.progressive()) {
            // Sequential scans have every coefficient; decoders ignore these fields.
            return new ScanHeader(members, dcTables, acTables, 0, 63, 0, 0, in.position());
        }
        int high = approximation >> 4;
        int low = approximation & 15;
        boolean band = first == 0 ? last == 0 : last >= first && last <= 63 && count == 1;
        if (!band || low > 13 || high != 0 && high != low + 1) {
            throw Faults.damaged(
                    at, "a progressive scan of " + first + " to " + last + ", bits " + high + " to " + low);
        }
        return new ScanHeader(members, dcTables, acTables, first, last, high, low, in.position());
    }

    /** The first component of that id which is not a member yet: some files give all components one id. */
    private static Component member(int id, Frame frame, Component[] taken, int at) throws IOException {
        for (Component c : frame.components()) {
            boolean free = true;
            for (Component other : taken) {
                free &= other != c;
            }
            if (c.id() == id && free) {
                return c;
            }
        }
        throw Faults.damaged(at, "a scan of component " + id + ", which the frame does not have");
    }

    /** Whether the scan has DC coefficients. */
    public boolean dc() {
        return first == 0;
    }

    /** Whether the scan adds a bit to coefficients of earlier scans. */
    public boolean refines() {
        return high != 0;
    }
}
