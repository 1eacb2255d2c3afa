// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import java.io.IOException;

/**
 * What a JPEG file declares about its image. Reading it allocates nothing of the image's size.
 *
 * @param width columns, 1 to 65,535
 * @param height rows, 1 to 65,535
 * @param components 1 (gray), 3 (YCbCr or RGB) or 4 (CMYK or YCCK)
 */
public record JpegHeader(int width, int height, int components) {
    /**
     * Reads up to the frame header.
     *
     * @throws java.io.EOFException if the data end before it
     * @throws IOException if it makes no sense, or declares a process that Myna does not decode
     */
    public static JpegHeader read(byte[] encoded) throws IOException {
        SegmentReader in = new SegmentReader(encoded);
        for (int marker = in.nextMarker(); marker != Marker.END_OF_DATA; marker = in.nextMarker()) {
            if (marker == Marker.EOI || marker == Marker.SOS) {
                throw Faults.damaged(in.position() - 2, "no frame header before it");
            }
            if (Marker.isAlone(marker)) {
                continue;
            }
            in.enter();
            if (Marker.isFrame(marker) || marker == Marker.DHP) {
                Frame frame = Frame.read(in, marker);
                return new JpegHeader(frame.width(), frame.height(), frame.components().length);
            }
            in.leave();
        }
        throw Faults.endsEarly("before the frame header");
    }
}
