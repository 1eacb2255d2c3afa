// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.io.IOException;
import java.io.InputStream;

/** The body of a request, of a length that the head declares or in chunks (RFC 9112, 7.1). */
final class BodyStream extends InputStream {
    /** Chunk extensions and trailers are ignored. */
    private static final int MAX_CHUNK_LINE = 1024;

    private static final int MAX_TRAILER = 8192;

    /** Hexadecimal digits of a chunk's size. */
    private static final int MAX_DIGITS = 15;

    private final ByteSource in;
    private final boolean chunked;
    private final int max;
    private final Runnable onEnd;

    /** Of the body, or of the chunk that is being read. */
    private long left;

    private long read;
    private boolean firstChunk = true;
    private boolean ended;
    private boolean broken;

    /**
     * @param length as {@link RequestHead#length}
     * @param max bytes; longer chunks are refused before they arrive
     * @param onEnd runs when all has been read
     */
    BodyStream(ByteSource in, long length, int max, Runnable onEnd) {
        this.in = in;
        this.max = max;
        this.onEnd = onEnd;
        chunked = length == RequestHead.CHUNKED;
        left = chunked ? 0 : length;
        if (length == 0) {
            ended = true;
        }
    }

    /** Whether all has been read, so that another request may follow. */
    boolean ended() {
        return ended;
    }

    /** Stops reading: what follows is unknown. */
    void abandon() {
        broken = true;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** @throws ApiException 400 or 413 if the chunks are not well-formed or too many; after that, the body reads as ended */
    @Override
    public int read(byte[] target, int from, int count) throws IOException {
        if (ended || broken || count == 0) {
            return count == 0 ? 0 : -1;
        }
        if (left == 0) {
            try {
                nextChunk();
            } catch (ApiException e) {
                broken = true;
                throw e;
            }
            if (ended) {
                return -1;
            }
        }
        int n = in.read(target, from, (int) Math.min(count, left));
        if (n < 0) {
            throw new IOException("the client left within the body");
        }
        left -= n;
        read += n;
        if (left == 0 && !chunked) {
            end();
        }
        return n;
    }

    private void end() {
        ended = true;
        onEnd.run();
    }

    private void nextChunk() throws IOException {
        if (!firstChunk && (in.read() != '\r' || in.read() != '\n')) {
            throw ApiException.malformed("a chunk of the body does not end where it says");
        }
        firstChunk = false;
        String line = line(new RequestHead.Lines(in, MAX_CHUNK_LINE));
        int end = line.indexOf(';');
        String digits = (end < 0 ? line : line.substring(0, end)).stripTrailing();
        if (digits.isEmpty() || digits.length() > MAX_DIGITS) {
            throw ApiException.malformed("the size of a chunk must be a hexadecimal number");
        }
        long size = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = RequestHead.hexadecimal(digits.charAt(i));
            if (digit < 0) {
                throw ApiException.malformed("the size of a chunk must be a hexadecimal number");
            }
            size = size << 4 | digit;
        }
        if (size > 0) {
            if (size > max - read) {
                throw ApiException.bodyTooLong(max);
            }
            left = size;
            return;
        }
        RequestHead.Lines trailer = new RequestHead.Lines(in, MAX_TRAILER);
        while (!line(trailer).isEmpty()) {}
        end();
    }

    private static String line(RequestHead.Lines lines) throws IOException {
        String line = lines.next();
        if (line == null) {
            throw new IOException("the client left within the body");
        }
        return line;
    }
}
