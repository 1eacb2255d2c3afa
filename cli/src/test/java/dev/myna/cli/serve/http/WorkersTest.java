// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import dev.myna.cli.serve.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Work on requests: bounded, and ended when nobody waits for it. */
class WorkersTest {
    private final Workers workers = new Workers(1, 1, Duration.ofSeconds(20), Duration.ofSeconds(20));
    private final AtomicInteger closed = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @AfterEach
    void close() {
        workers.close();
    }

    /** A client that can leave. */
    private static final class Client {
        private final Pipe pipe;
        private final Exchange exchange;

        Client() throws IOException {
            pipe = Pipe.open();
            HttpLimits limits = new HttpLimits(
                    1,
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    100,
                    10,
                    100);
            HttpConnection connection = new HttpConnection(new Both(pipe.source()), limits, null);
            RequestHead head = new RequestHead("POST", "/", new Headers(), true, false, 0);
            exchange = new Exchange(connection, head, new BodyStream(null, 0, 100, () -> {}));
        }

        void leave() throws IOException {
            pipe.sink().close();
        }
    }

    private record Both(ReadableByteChannel in) implements ByteChannel {
        @Override
        public int read(ByteBuffer target) throws IOException {
            return in.read(target);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return Channels.newChannel(OutputStream.nullOutputStream()).write(source);
        }

        @Override
        public boolean isOpen() {
            return in.isOpen();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private Workers.Prepared result() {
        return closed::incrementAndGet;
    }

    private Workers.Prepared slow() {
        begun.countDown();
        try {
            Thread.sleep(60_000);
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return result();
    }

    @Test
    void resultsAndProblemsComeBack() throws IOException {
        Client client = new Client();
        Workers.Prepared result = result();
        assertSame(result, workers.call(client.exchange, () -> result));
        ApiException problem = ApiException.value("x", "y");
        assertSame(
                problem,
                assertThrows(
                        ApiException.class,
                        () -> workers.call(client.exchange, (Callable<Workers.Prepared>) () -> {
                            throw problem;
                        })));
        assertEquals(0, closed.get());
    }

    @Test
    void aClientThatLeavesEndsTheWork() throws Exception {
        Client client = new Client();
        Thread leaving = Thread.ofVirtual().start(() -> {
            try {
                begun.await();
                client.leave();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThrows(IOException.class, () -> workers.call(client.exchange, this::slow));
        interrupted.await();
        leaving.join();
        TestServer.await("the result is closed", () -> closed.get() == 1);
        // The thread is free, and has forgotten the interrupt.
        Client next = new Client();
        workers.call(next.exchange, () -> {
                    assertTrue(!Thread.currentThread().isInterrupted());
                    return result();
                })
                .close();
    }

    @Test
    void workThatTakesTooLongIsEnded() throws Exception {
        try (Workers hasty = new Workers(1, 1, Duration.ofSeconds(20), Duration.ofMillis(50))) {
            ApiException refused =
                    assertThrows(ApiException.class, () -> hasty.call(new Client().exchange, this::slow));
            assertEquals("request_too_slow", refused.code());
            interrupted.await();
            TestServer.await("the result is closed", () -> closed.get() == 1);
        }
    }

    @Test
    void fullWorkerQueueRefusesRequests() throws Exception {
        Client first = new Client();
        Client second = new Client();
        Thread working = Thread.ofVirtual()
                .start(() -> assertThrows(IOException.class, () -> workers.call(first.exchange, this::slow)));
        begun.await();
        CountDownLatch calling = new CountDownLatch(1);
        Thread queued = Thread.ofVirtual().start(() -> {
            calling.countDown();
            assertThrows(IOException.class, () -> workers.call(second.exchange, this::result));
        });
        calling.await();
        TestServer.await("one waits", () -> workers.waiting() == 1);
        ApiException refused =
                assertThrows(ApiException.class, () -> workers.call(new Client().exchange, this::result));
        assertEquals(429, refused.status());
        second.leave();
        queued.join();
        assertEquals(0, workers.waiting());
        first.leave();
        working.join();
    }
}
