// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Finds chunks of a WebP container that hold no pixels. */
final class WebpChunks {
    private static final int RIFF_HEADER = 12;
    private static final int CHUNK_HEADER = 8;

    private WebpChunks() {}

    /** The range of the data of the first chunk {@code id} as {begin, end}, or null. */
    static int[] find(byte[] webp, String id) {
        ByteBuffer bytes = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
        int at = RIFF_HEADER;
        while (at + CHUNK_HEADER <= webp.length) {
            // Chunks are padded to even sizes.
            long size = bytes.getInt(at + 4) & 0xffffffffL;
            int next = (int) Math.min(at + CHUNK_HEADER + size + (size & 1), webp.length);
            if (Signatures.at(webp, at, id)) {
                return new int[] {at + CHUNK_HEADER, (int) Math.min(at + CHUNK_HEADER + size, webp.length)};
            }
            at = next;
        }
        return null;
    }
}
