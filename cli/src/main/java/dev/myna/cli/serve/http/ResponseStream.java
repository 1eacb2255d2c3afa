// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The body of a response. Its head goes out with the first bytes. */
final class ResponseStream extends OutputStream {
    /** How the client knows where the body ends. */
    enum Framing {
        LENGTH,
        CHUNKS,
        CLOSE
    }

    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final HttpConnection connection;
    private final Framing framing;
    private byte[] head;
    private long left;
    private boolean closed;

    /** @param length of the body, for framing by length */
    ResponseStream(HttpConnection connection, byte[] head, Framing framing, long length) {
        this.connection = connection;
        this.head = head;
        this.framing = framing;
        left = length;
    }

    /** Whether all has been sent. */
    boolean complete() {
        return closed && (framing != Framing.LENGTH || left == 0);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        if (closed || framing == Framing.LENGTH && count > left) {
            throw new IOException(closed ? "the response is closed" : "the response is longer than declared");
        }
        if (count == 0) {
            return;
        }
        if (framing == Framing.CHUNKS) {
            byte[] size = (Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            ByteBuffer chunk = ByteBuffer.allocate(head.length + size.length + count + LINE_END.length);
            chunk.put(head).put(size).put(bytes, from, count).put(LINE_END);
            send(chunk.flip());
            return;
        }
        left -= count;
        ByteBuffer content = ByteBuffer.allocate(head.length + count);
        send(content.put(head).put(bytes, from, count).flip());
    }

    private void send(ByteBuffer bytes) throws IOException {
        head = new byte[0];
        connection.write(bytes);
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        byte[] last = framing == Framing.CHUNKS ? LAST_CHUNK : new byte[0];
        if (head.length + last.length > 0) {
            ByteBuffer end = ByteBuffer.allocate(head.length + last.length);
            send(end.put(head).put(last).flip());
        }
        if (framing == Framing.LENGTH && left > 0) {
            throw new IOException("the response is shorter than declared");
        }
    }
}
