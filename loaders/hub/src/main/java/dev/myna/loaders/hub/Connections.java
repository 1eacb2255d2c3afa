// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubClient.Response;
import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.Transfer.PassingException;
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
 * The connections of one attempt: each takes the next missing chunk until there is none. The first failure ends them all, and so does
 * a connection on which too little arrives.
 */
final class Connections implements AutoCloseable {
    /** What is written at once; Linux reads a file faster that came in larger pieces (docs/performance.md). */
    private static final int BUFFER_BYTES = 1 << 18;
    /** How long bytes that have come may wait for more before they are written: a killed process loses them. */
    private static final long HOLD_NANOS = 200_000_000;

    private static final long POLL_MILLIS = 100;
    private static final long SAVE_NANOS = 1_000_000_000;

    private final PartFile part;
    private final HubOptions options;
    private final LongConsumer progress;
    private final Requests requests;
    private final Queue<Integer> missing = new ConcurrentLinkedQueue<>();
    private long told;
    private final List<Connection> open = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Asks for the rest of a chunk. */
    @FunctionalInterface
    interface Requests {
        Response ask(int index) throws IOException;
    }

    /** What has arrived on a connection lately. */
    private static final class Connection {
        private final InputStream body;
        private final AtomicLong arrived = new AtomicLong();
        /** Bytes that have come and are not written yet. */
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
     * @param first the answer to the request for chunk {@code index}
     * @param most how many connections may be open
     */
    void run(Response first, int index, int most) throws IOException {
        for (int i = 0; i < part.chunkCount(); i++) {
            if (i != index && part.position(i) < part.end(i)) {
                missing.add(i);
            }
        }
        int count = Math.min(most, missing.size() + 1);
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
                    int most = (int) Math.min(buffer.remaining(), left);
                    int count = response.body().read(buffer.array(), buffer.position(), most);
                    if (count < 0) {
                        throw new PassingException("the connection ended " + left + " bytes too early");
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
                append(connection, index, buffer); // what has come is kept, whatever ended it
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

    /** Bytes that have come, whether written or still held; never fewer than were told before. */
    private long arrived() {
        synchronized (open) {
            long held = open.stream().mapToLong(connection -> connection.held).sum();
            told = Math.max(told, part.done() + held);
        }
        return told;
    }

    private void fail(Throwable problem) {
        failure.compareAndSet(null, problem);
        synchronized (open) {
            open.forEach(connection -> HubClient.closeQuietly(connection.body));
        }
    }

    /** Tells how far it has come, notes it on the disk, and ends connections that are too slow. */
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
                fail(new PassingException("fewer than " + options.windowBytes() + " bytes came in "
                        + options.window().toMillis() / 1000.0 + " s"));
            }
            connection.seen = arrived;
            connection.since = now;
        }
    }

    /** They end soon: their streams are closed, and requests have a time limit. */
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
