// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubClient.Response;
import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.Transfer.RetryableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/**
 * The connections of one attempt. Each takes the next missing chunk until none is left. The first failure ends all of them,
 * and so does a connection that is too slow.
 */
final class Connections implements AutoCloseable {
    /** Bytes per write. Linux reads a file faster if it was written in larger pieces (docs/performance.md). */
    private static final int BUFFER_BYTES = 1 << 18;
    /** The longest time that received bytes stay in memory before they are written: a killed process loses them. */
    private static final long HOLD_NANOS = 200_000_000;

    private static final long POLL_MILLIS = 100;
    private static final long SAVE_NANOS = 1_000_000_000;

    private final PartFile part;
    private final HubOptions options;
    private final LongConsumer progress;
    private final Requests requests;
    private final Queue<Integer> missing = new ConcurrentLinkedQueue<>();
    private long reported;
    private final List<Connection> open = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Requests the rest of a chunk. */
    @FunctionalInterface
    interface Requests {
        Response ask(int index) throws IOException;
    }

    /** Recent progress of a connection. */
    private static final class Connection {
        private final InputStream body;
        private final AtomicLong arrived = new AtomicLong();
        /** Bytes that are received and not written yet. */
        private volatile long held;

        private long seen;
        private long since = System.nanoTime();

        Connection(InputStream body) {
            this.body = body;
        }
    }

    Connections(PartFile part, HubOptions options, LongConsumer progress, Requests requests) {
        this.part = part;
        this.options = options;
        this.progress = progress;
        this.requests = requests;
    }

    /**
     * Fetches everything that is missing.
     *
     * @param first the response to the request for chunk {@code index}
     * @param maxConnections how many connections may be open
     */
    void run(Response first, int index, int maxConnections) throws IOException {
        for (int i = 0; i < part.chunkCount(); i++) {
            if (i != index && part.position(i) < part.end(i)) {
                missing.add(i);
            }
        }
        int count = Math.min(maxConnections, missing.size() + 1);
        CountDownLatch running = new CountDownLatch(count);
        Thread.ofVirtual().start(() -> work(first, index, running));
        for (int i = 1; i < count; i++) {
            Thread.ofVirtual().start(() -> work(null, -1, running));
        }
        supervise(running);
        Throwable problem = failure.get();
        switch (problem) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IOException(problem);
        }
    }

    private void work(Response given, int givenIndex, CountDownLatch running) {
        try {
            Response response = given;
            Integer index = given == null ? missing.poll() : Integer.valueOf(givenIndex);
            while (index != null && failure.get() == null) {
                copy(response == null ? requests.ask(index) : response, index);
                response = null;
                index = missing.poll();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        } finally {
            running.countDown();
        }
    }

    private void copy(Response response, int index) throws IOException {
        Connection connection = new Connection(response.body());
        open.add(connection);
        try (response) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long left = part.end(index) - part.position(index);
            long written = System.nanoTime();
            try {
                while (left > 0 && failure.get() == null) {
                    int max = (int) Math.min(buffer.remaining(), left);
                    int count = response.body().read(buffer.array(), buffer.position(), max);
                    if (count < 0) {
                        throw new RetryableException("the connection ended " + left + " bytes too early");
                    }
                    buffer.position(buffer.position() + count);
                    connection.held = buffer.position();
                    connection.arrived.addAndGet(count);
                    left -= count;
                    if (!buffer.hasRemaining() || System.nanoTime() - written > HOLD_NANOS) {
                        append(connection, index, buffer);
                        written = System.nanoTime();
                    }
                }
            } finally {
                append(connection, index, buffer); // received bytes are kept after any failure
            }
            if (left > 0) {
                return;
            }
            if (response.status() == 200 && response.body().read() >= 0) {
                throw new HubException(
                        Fault.CHECKSUM, HubClient.shown(response.uri()) + ": the server sends more than the file has");
            }
        } finally {
            open.remove(connection);
        }
    }

    private void append(Connection connection, int index, ByteBuffer buffer) throws IOException {
        connection.held = 0;
        buffer.flip();
        part.append(index, buffer);
        buffer.clear();
    }

    /** Bytes received, written or in memory; never fewer than were reported before. */
    private long arrived() {
        synchronized (open) {
            long held = open.stream().mapToLong(connection -> connection.held).sum();
            reported = Math.max(reported, part.done() + held);
        }
        return reported;
    }

    private void fail(Throwable problem) {
        failure.compareAndSet(null, problem);
        synchronized (open) {
            open.forEach(connection -> HubClient.closeQuietly(connection.body));
        }
    }

    /** Reports progress, saves it on disk, and ends connections that are too slow. */
    private void supervise(CountDownLatch running) throws IOException {
        long saved = System.nanoTime();
        try {
            while (!running.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                progress.accept(arrived());
                long now = System.nanoTime();
                if (now - saved > SAVE_NANOS) {
                    part.save();
                    saved = System.nanoTime();
                }
                endSlowOnes(now);
            }
            progress.accept(arrived());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(new PartFile.DiskException(new FileSystemException(part.path().toString(), null, "interrupted")));
        } catch (IOException | RuntimeException e) {
            fail(e);
        } finally {
            awaitAll(running);
            part.save();
        }
    }

    private void endSlowOnes(long now) {
        List<Connection> connections;
        synchronized (open) {
            connections = List.copyOf(open);
        }
        for (Connection connection : connections) {
            if (now - connection.since < options.window().toNanos()) {
                continue;
            }
            long arrived = connection.arrived.get();
            if (arrived - connection.seen < options.windowBytes()) {
                fail(new RetryableException("fewer than " + options.windowBytes() + " bytes came in "
                        + options.window().toMillis() / 1000.0 + " s"));
            }
            connection.seen = arrived;
            connection.since = now;
        }
    }

    /** The threads end soon: their streams are closed, and requests have a time limit. */
    private static void awaitAll(CountDownLatch running) {
        boolean interrupted = false;
        while (true) {
            try {
                running.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        fail(new IOException("closed"));
    }
}
