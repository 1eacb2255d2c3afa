// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A response that is sent while its content is generated. After a time without content it sends a heartbeat: only a failed write
 * shows that a client has gone. The header goes out with the first byte; until then, the response can still be an error.
 */
public final class LiveResponse implements AutoCloseable {
    private final Exchange exchange;
    private final String contentType;
    private final byte[] heartbeat;
    private final Limits limits;
    private final Watchdog watchdog;
    private final ReentrantLock writing = new ReentrantLock();
    private final Thread pulse;
    private OutputStream out;
    private long lastWrite = System.nanoTime();
    private boolean ended;
    private volatile boolean gone;

    /**
     * @param heartbeat bytes without meaning in this content type
     * @param onGone runs on another thread when the client has gone
     */
    public LiveResponse(
            Exchange exchange,
            String contentType,
            byte[] heartbeat,
            Limits limits,
            Watchdog watchdog,
            Runnable onGone) {
        this.exchange = exchange;
        this.contentType = contentType;
        this.heartbeat = heartbeat;
        this.limits = limits;
        this.watchdog = watchdog;
        exchange.whenGone(() -> {
            gone = true;
            onGone.run();
        });
        pulse = Thread.ofVirtual().name("myna-heartbeat").start(() -> beat(onGone));
    }

    private void beat(Runnable onGone) {
        long interval = limits.heartbeat().toNanos();
        try {
            long wait = interval;
            while (true) {
                Thread.sleep(Duration.ofNanos(wait));
                writing.lockInterruptibly();
                try {
                    if (ended) {
                        return;
                    }
                    long silence = System.nanoTime() - lastWrite;
                    if (silence >= interval) {
                        send(heartbeat);
                        silence = 0;
                    }
                    wait = interval - silence;
                } finally {
                    writing.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            gone = true;
            onGone.run();
        }
    }

    /** Stops the heartbeat. Returns whether nothing was sent yet, so that an error can be sent. */
    public boolean abandon() {
        close();
        return out == null && !gone;
    }

    /** Whether a write has failed. */
    public boolean gone() {
        return gone;
    }

    /**
     * Writes and sends at once.
     *
     * @throws IOException if the client has gone, or reads nothing for too long
     */
    public void write(byte[] bytes) throws IOException {
        writing.lock();
        try {
            if (gone) {
                throw new IOException("the client has gone");
            }
            send(bytes);
        } catch (IOException e) {
            gone = true;
            throw e;
        } finally {
            writing.unlock();
        }
    }

    private void send(byte[] bytes) throws IOException {
        try (Watchdog.Limit _ = watchdog.limit(limits.write())) {
            if (out == null) {
                exchange.responseHeaders().set("Content-Type", contentType);
                exchange.begin(200, Exchange.UNKNOWN);
                out = exchange.responseBody();
            }
            out.write(bytes);
            out.flush();
        }
        lastWrite = System.nanoTime();
    }

    /**
     * Writes the last bytes and ends the response. If they are the first bytes too, the response has a length.
     *
     * @throws IOException as {@link #write}
     */
    public void finish(byte[] bytes) throws IOException {
        writing.lock();
        try {
            if (gone) {
                throw new IOException("the client has gone");
            }
            ended = true;
            if (out != null) {
                send(bytes);
            }
            try (Watchdog.Limit _ = watchdog.limit(limits.write())) {
                if (out == null) {
                    Responses.send(exchange, 200, contentType, bytes);
                } else {
                    out.close();
                }
            }
        } finally {
            writing.unlock();
        }
    }

    /** Stops the heartbeat. */
    @Override
    public void close() {
        writing.lock();
        try {
            ended = true;
        } finally {
            writing.unlock();
        }
        // Not while it writes: that would close the connection, which may already serve the next request.
        pulse.interrupt();
    }
}
