// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The chunks of a WebP container that must be judged before its codec runs. */
final class WebpChunks {
    private static final int RIFF_HEADER = 12;
    private static final int CHUNK_HEADER = 8;
    private static final int FRAME_HEADER = 16;
    private static final int PROFILE_FLAG = 0x20;

    private WebpChunks() {}

    /** The picture with its colour profile hidden, as profiles are not applied; checks the size of every bitstream. */
    static byte[] withoutProfile(byte[] webp) throws IOException {
        ByteBuffer copy = ByteBuffer.wrap(webp.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = RIFF_HEADER; at + CHUNK_HEADER <= webp.length; at = next(copy, at)) {
            int data = at + CHUNK_HEADER;
            switch (id(copy, at)) {
                case "VP8X" -> {
                    if (data < webp.length) {
                        copy.put(data, (byte) (copy.get(data) & ~PROFILE_FLAG));
                    }
                }
                case "ICCP" -> copy.putInt(at, id("icc_"));
                case "ANMF" -> requireDecodableFrame(copy, data + FRAME_HEADER);
                default -> requireDecodable(copy, at);
            }
        }
        return copy.array();
    }

    /** Where the first frame of an animation lies; the picture's own size when it is none. */
    static Screen screen(byte[] webp, RgbImage frame) {
        int[] canvas = find(webp, "VP8X");
        int[] first = find(webp, "ANMF");
        if (canvas == null || first == null || canvas[1] - canvas[0] < 10 || first[1] - first[0] < FRAME_HEADER) {
            return new Screen(frame.width(), frame.height(), 0, 0);
        }
        return new Screen(
                1 + threeBytes(webp, canvas[0] + 4),
                1 + threeBytes(webp, canvas[0] + 7),
                2 * threeBytes(webp, first[0]),
                2 * threeBytes(webp, first[0] + 3));
    }

    /** Where the data of the first chunk {@code id} lie, as {begin, end}, or null. */
    static int[] find(byte[] webp, String id) {
        ByteBuffer bytes = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = RIFF_HEADER; at + CHUNK_HEADER <= webp.length; at = next(bytes, at)) {
            if (id(bytes, at).equals(id)) {
                return new int[] {at + CHUNK_HEADER, Math.min(next(bytes, at), webp.length)};
            }
        }
        return null;
    }

    private static void requireDecodableFrame(ByteBuffer bytes, int at) throws IOException {
        if (at + CHUNK_HEADER <= bytes.limit()) {
            boolean alphaFirst = id(bytes, at).equals("ALPH");
            requireDecodable(bytes, alphaFirst ? next(bytes, at) : at);
        }
    }

    private static void requireDecodable(ByteBuffer bytes, int at) throws IOException {
        int data = at + CHUNK_HEADER;
        if (data + 10 > bytes.limit()) {
            return;
        }
        if (id(bytes, at).equals("VP8 ")) {
            dev.myna.loaders.image.codec.WorkBudget.requireDecodable(bytes.getShort(data + 6) & 0x3fff, bytes.getShort(data + 8) & 0x3fff);
        } else if (id(bytes, at).equals("VP8L")) {
            int sizes = bytes.getInt(data + 1);
            dev.myna.loaders.image.codec.WorkBudget.requireDecodable((sizes & 0x3fff) + 1, (sizes >>> 14 & 0x3fff) + 1);
        }
    }

    /** The chunk after the one at {@code at}; chunks are padded to even sizes. */
    private static int next(ByteBuffer bytes, int at) {
        long size = bytes.getInt(at + 4) & 0xffffffffL;
        return (int) Math.min(at + CHUNK_HEADER + size + (size & 1), bytes.limit());
    }

    private static int threeBytes(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16;
    }

    private static String id(ByteBuffer bytes, int at) {
        StringBuilder id = new StringBuilder(4);
        for (int i = 0; i < 4; i++) {
            id.append((char) (bytes.get(at + i) & 0xff));
        }
        return id.toString();
    }

    private static int id(String id) {
        return id.charAt(0) | id.charAt(1) << 8 | id.charAt(2) << 16 | id.charAt(3) << 24;
    }
}
