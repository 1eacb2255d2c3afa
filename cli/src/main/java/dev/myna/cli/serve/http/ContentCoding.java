// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Content codings of bodies: gzip (RFC 1952) and deflate (RFC 1950, or 1951 as some clients send it). */
enum ContentCoding {
    NONE,
    GZIP,
    DEFLATE;

    /** The supported codings, for clients. */
    static final String ACCEPTED = "gzip, deflate";

    private static final int MAGIC_1 = 0x1F;
    private static final int MAGIC_2 = 0x8B;
    private static final int TRAILER = 8;
    private static final int HEADER = 10;
    private static final int FIRST_BYTES = 16 << 10;

    /** Parts of a gzip body; each of them may be empty. */
    private static final int MAX_MEMBERS = 64;

    /**
     * The coding of a body.
     *
     * @param headers the values of {@code Content-Encoding}
     * @throws ApiException 415 for another coding, or for several
     */
    static ContentCoding of(List<String> headers) {
        List<String> codings = Arrays.stream(
                        String.join(",", headers).toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(coding -> !coding.isEmpty() && !coding.equals("identity"))
                .toList();
        if (codings.isEmpty()) {
            return NONE;
        }
        if (codings.size() == 1) {
            switch (codings.getFirst()) {
                case "gzip", "x-gzip" -> {
                    return GZIP;
                }
                case "deflate" -> {
                    return DEFLATE;
                }
                default -> {}
            }
        }
        throw ApiException.contentEncoding("Content-Encoding: " + Printable.text(String.join(", ", codings), 60)
                + " is not supported; send the body as it is, or with gzip or deflate");
    }

    /**
     * Decompresses a body.
     *
     * @param max bytes of the result
     * @param grow receives the number of bytes before they are allocated; may throw
     * @throws ApiException 400 if the body is damaged, 413 if the result is too long
     */
    byte[] decode(byte[] body, int max, LongConsumer grow) {
        Output out = new Output(max, grow);
        try {
            switch (this) {
                case NONE -> {
                    return body;
                }
                case GZIP -> gzip(body, out);
                case DEFLATE -> {
                    boolean zlib = body.length > 1
                            && (body[0] & 0x0F) == 8
                            && ((body[0] & 0xFF) << 8 | body[1] & 0xFF) % 31 == 0;
                    if (out.inflate(body, 0, !zlib) != body.length) {
                        throw damaged("there are bytes after the compressed data");
                    }
                }
            }
        } catch (DataFormatException e) {
            throw damaged("the compressed data are damaged");
        }
        return out.bytes();
    }

    private static void gzip(byte[] body, Output out) throws DataFormatException {
        int at = 0;
        int members = 0;
        do {
            if (++members > MAX_MEMBERS) {
                throw damaged("it has more than " + MAX_MEMBERS + " parts");
            }
            int before = out.length;
            at = out.inflate(body, header(body, at), true);
            if (body.length - at < TRAILER) {
                throw damaged("the compressed data end early");
            }
            CRC32 crc = new CRC32();
            crc.update(out.buffer, before, out.length - before);
            if (number(body, at) != (int) crc.getValue() || number(body, at + 4) != out.length - before) {
                throw damaged("the checksum is wrong");
            }
            at += TRAILER;
        } while (at < body.length);
    }

    private static int number(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | bytes[at + 3] << 24;
    }

    /** Where the data of a member begin. */
    private static int header(byte[] body, int from) {
        if (body.length - from < HEADER) {
            throw damaged("the compressed data end early");
        }
        if ((body[from] & 0xFF) != MAGIC_1 || (body[from + 1] & 0xFF) != MAGIC_2 || body[from + 2] != 8) {
            throw damaged("it is not gzip");
        }
        int flags = body[from + 3];
        int at = from + HEADER;
        if ((flags & 4) != 0) {
            int extra = at + 2 <= body.length ? body[at] & 0xFF | (body[at + 1] & 0xFF) << 8 : body.length;
            at += 2 + extra;
        }
        for (int text : new int[] {8, 16}) {
            if ((flags & text) != 0) {
                while (at < body.length && body[at] != 0) {
                    at++;
                }
                at++;
            }
        }
        at += (flags & 2) != 0 ? 2 : 0;
        if (at >= body.length) {
            throw damaged("the compressed data end early");
        }
        return at;
    }

    private static ApiException damaged(String what) {
        return ApiException.invalid(null, "invalid_encoding", "the body does not match its Content-Encoding: " + what);
    }

    /** What has been decompressed. */
    private static final class Output {
        private final int max;
        private final LongConsumer grow;
        private byte[] buffer;
        private int length;

        Output(int max, LongConsumer grow) {
            this.max = max;
            this.grow = grow;
            grow.accept(FIRST_BYTES);
            buffer = new byte[FIRST_BYTES];
        }

        byte[] bytes() {
            return Arrays.copyOf(buffer, length);
        }

        /** Returns where the compressed data end. */
        int inflate(byte[] body, int from, boolean raw) throws DataFormatException {
            try (Inflater inflater = new Inflater(raw)) {
                inflater.setInput(body, from, body.length - from);
                while (!inflater.finished()) {
                    if (length == buffer.length) {
                        enlarge();
                    }
                    int n = inflater.inflate(buffer, length, buffer.length - length);
                    length += n;
                    if (length > max) {
                        throw ApiException.bodyTooLong(max);
                    }
                    if (n == 0 && !inflater.finished() && (inflater.needsInput() || inflater.needsDictionary())) {
                        throw damaged("the compressed data end early");
                    }
                }
                return body.length - inflater.getRemaining();
            }
        }

        private void enlarge() {
            if (Thread.currentThread().isInterrupted()) {
                throw ApiException.interrupted();
            }
            int next = (int) Math.min(2L * buffer.length, max + 1L);
            grow.accept(next - buffer.length);
            buffer = Arrays.copyOf(buffer, next);
        }
    }
}
