// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * The bytes of a connection, for one reading thread. At first that thread reads the channel. After {@link #pump} has begun on another
 * thread, only that thread reads it, so that it notices the end of the connection at any time.
 */
final class ByteSource {
    private static final int BUFFERED = 8 << 10;
    private static final int PUMPED = 4 << 10;

    private final ReadableByteChannel channel;

    // Guarded by this.
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFERED).limit(0);
    private boolean pumping;
    private boolean ended;

    ByteSource(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /** Waits for more bytes; false at the end. */
    synchronized boolean hasMore() throws IOException {
        if (buffer.hasRemaining()) {
            return true;
        }
        if (pumping) {
            awaitPumped();
            return buffer.hasRemaining();
        }
        buffer.clear();
        try {
            ended |= channel.read(buffer) < 0;
        } finally {
            buffer.flip();
        }
        return buffer.hasRemaining();
    }

    private void awaitPumped() throws IOException {
        try {
            while (!buffer.hasRemaining() && !ended) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    /** The next byte, or -1 at the end. */
    synchronized int read() throws IOException {
        if (!hasMore()) {
            return -1;
        }
        int next = buffer.get() & 0xFF;
        notifyAll();
        return next;
    }

    /** Some of the next bytes, at least one. Returns their number, or -1 at the end. */
    synchronized int read(byte[] target, int from, int max) throws IOException {
        if (!buffer.hasRemaining() && !pumping) {
            // Long bodies bypass the buffer.
            return channel.read(ByteBuffer.wrap(target, from, max));
        }
        if (!hasMore()) {
            return -1;
        }
        int count = Math.min(max, buffer.remaining());
        buffer.get(target, from, count);
        notifyAll();
        return count;
    }

    /** From now on {@link #pump} reads the channel. Returns false if it does already. */
    synchronized boolean beginPump() {
        boolean first = !pumping;
        pumping = true;
        return first;
    }

    /** Reads the channel to its end, as fast as the bytes are consumed. After {@link #beginPump}. */
    void pump() {
        ByteBuffer chunk = ByteBuffer.allocate(PUMPED);
        try {
            while (channel.read(chunk) >= 0 && append(chunk.flip())) {
                chunk.clear();
            }
        } catch (IOException | InterruptedException e) {
            // This is the end, too.
        }
        close();
    }

    /** Returns false after the end. */
    private synchronized boolean append(ByteBuffer chunk) throws InterruptedException {
        while (buffer.capacity() - buffer.remaining() < chunk.remaining() && !ended) {
            wait();
        }
        if (!ended) {
            buffer.compact().put(chunk).flip();
            notifyAll();
        }
        return !ended;
    }

    /** Marks the end. */
    synchronized void close() {
        ended = true;
        notifyAll();
    }
}
