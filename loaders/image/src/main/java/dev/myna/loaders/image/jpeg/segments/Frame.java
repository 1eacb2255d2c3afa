// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.segments;

import java.io.IOException;

/**
 * A frame header (T.81 B.2.2) of a process that Myna decodes: 8-bit baseline, extended sequential or progressive.
 *
 * @param progressive whether scans carry parts of the coefficients
 * @param arithmetic whether the entropy coding is arithmetic, else Huffman
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param components one, three or four
 * @param hMax the largest horizontal sampling factor
 * @param vMax the largest vertical sampling factor
 */
public record Frame(
        boolean progressive, boolean arithmetic, int width, int height, Component[] components, int hMax, int vMax) {

    /**
     * Reads the segment that the reader has just entered.
     *
     * @throws IOException if the header is invalid, or declares a process that Myna does not decode
     */
    public static Frame read(SegmentReader in, int marker) throws IOException {
        int at = in.position();
        int precision = in.u8();
        int height = in.u16();
        int width = in.u16();
        int count = in.u8();
        requireSupported(marker, precision);
        if (height == 0) {
            height = HeightAfterScan.find(in);
        }
        if (width == 0 || height == 0) {
            throw Faults.damaged(at, "the image has no size: " + width + "x" + height);
        }
        if (count != 1 && count != 3 && count != 4) {
            if (count == 0 || in.remaining() != 3 * count) {
                throw Faults.damaged(at, count + " components in " + in.remaining() + " bytes");
            }
            throw Faults.unsupported(count + " components");
        }
        int[][] declared = new int[count][];
        int hMax = 1;
        int vMax = 1;
        for (int i = 0; i < count; i++) {
            int id = in.u8();
            int factors = in.u8();
            int[] c = {id, factors >> 4, factors & 15, in.u8()};
            if (c[1] < 1 || c[1] > 4 || c[2] < 1 || c[2] > 4 || c[3] > 3) {
                throw Faults.damaged(
                        in.position() - 3, "component " + id + " has factors " + c[1] + "x" + c[2] + ", table " + c[3]);
            }
            if (count == 1) {
                // The only component is never interleaved, whatever its factors (A.2.2).
                c[1] = 1;
                c[2] = 1;
            }
            hMax = Math.max(hMax, c[1]);
            vMax = Math.max(vMax, c[2]);
            declared[i] = c;
        }
        Component[] components = new Component[count];
        for (int i = 0; i < count; i++) {
            int[] c = declared[i];
            components[i] = new Component(
                    i, c[0], c[1], c[2], c[3], Math.ceilDiv(width * c[1], hMax), Math.ceilDiv(height * c[2], vMax));
        }
        boolean progressive = marker == Marker.SOF2 || marker == Marker.SOF10;
        return new Frame(progressive, marker >= Marker.SOF9, width, height, components, hMax, vMax);
    }

    private static void requireSupported(int marker, int precision) throws IOException {
        switch (marker) {
            case Marker.SOF0, Marker.SOF1, Marker.SOF2, Marker.SOF9, Marker.SOF10 -> {
                if (precision != 8) {
                    throw Faults.unsupported(precision + " bits in a sample");
                }
            }
            case 0xc3, 0xcb -> throw Faults.unsupported("lossless coding");
            default -> throw Faults.unsupported("hierarchical coding");
        }
    }

    public int mcusWide() {
        return Math.ceilDiv(width, 8 * hMax);
    }

    public int mcusHigh() {
        return Math.ceilDiv(height, 8 * vMax);
    }

    /** Blocks of all components, without those that only complete MCUs. */
    public long blocks() {
        long blocks = 0;
        for (Component c : components) {
            blocks += (long) c.blocksWide() * c.blocksHigh();
        }
        return blocks;
    }
}
