// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.container;

import java.io.EOFException;

/**
 * One chunk of a RIFF container (RFC 9649, section 2.3).
 *
 * @param id its four characters
 * @param from where its data begin
 * @param to where they end
 * @param next where the next chunk begins: chunks are padded to even sizes
 */
record RiffChunk(String id, int from, int to, int next) {
    static final int HEADER = 8;

    /**
     * The chunk at {@code at} of a container that ends at {@code end}.
     *
     * @throws EOFException if it ends behind its container
     */
    static RiffChunk at(byte[] file, int at, int end) throws EOFException {
        if (end - at < HEADER) {
            throw new EOFException("the file ends in a chunk's header, at byte " + at);
        }
        String id = id(file, at);
        long size = Bytes.four(file, at + 4);
        int from = at + HEADER;
        if (size > end - from) {
            throw new EOFException(
                    "the chunk " + id + " at byte " + at + " has " + (end - from) + " of its " + size + " bytes");
        }
        int to = from + (int) size;
        return new RiffChunk(id, from, to, Math.min(to + (int) (size & 1), end));
    }

    int size() {
        return to - from;
    }

    /** Four bytes as characters; what no chunk's name has becomes a question mark. */
    private static String id(byte[] file, int at) {
        StringBuilder id = new StringBuilder(4);
        for (int i = at; i < at + 4; i++) {
            char c = (char) (file[i] & 0xff);
            id.append(c == ' ' || c < 0x80 && Character.isLetterOrDigit(c) ? c : '?');
        }
        return id.toString();
    }
}
