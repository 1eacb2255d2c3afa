// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ByteChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Listens, and serves each connection on a virtual thread. The number of connections is bounded: one more closes the one that has
 * waited longest for a request, so that idle ones do not block others. A platform thread accepts, and another one checks time
 * limits, so both run whatever the others do.
 */
public final class HttpListener implements AutoCloseable {
    /** Max. connections that the system queues before they are accepted. */
    private static final int BACKLOG = 512;

    private static final long TICK_MILLIS = 100;

    /** Pause after a failed accept: the process is out of descriptors. */
    private static final long PAUSE_MILLIS = 50;

    /** Answers requests. */
    public interface Handler {
        /**
         * Answers a request, to the end of the response.
         *
         * @throws IOException if the client has gone, or the response cannot be completed: the connection is closed
         */
        void handle(Exchange exchange) throws IOException;

        /** The body of the response to a malformed request. */
        byte[] refusal(ApiException problem);
    }

    private final ServerSocketChannel listening;
    private final InetSocketAddress address;
    private final HttpLimits limits;
    private final Handler handler;
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** @throws IOException if the address is not available */
    public HttpListener(InetSocketAddress requested, HttpLimits limits, Handler handler) throws IOException {
        this.limits = limits;
        this.handler = handler;
        listening = ServerSocketChannel.open();
        try {
            listening.bind(requested, BACKLOG);
            address = (InetSocketAddress) listening.getLocalAddress();
        } catch (IOException | RuntimeException e) {
            listening.close();
            throw e;
        }
    }

    public int port() {
        return address.getPort();
    }

    /** Open connections. */
    int connections() {
        return connections.size();
    }

    /** Begins to accept. */
    public void start() {
        Thread.ofPlatform().name("myna-accept").daemon().start(this::accept);
        Thread.ofPlatform().name("myna-clock").daemon().start(this::tick);
    }

    private void accept() {
        while (!closed) {
            try {
                ByteChannel channel = listening.accept();
                if (!makeRoom()) {
                    channel.close();
                    continue;
                }
                ((NetworkChannel) channel).setOption(StandardSocketOptions.TCP_NODELAY, true);
                serve(new HttpConnection(channel, limits, handler));
            } catch (IOException e) {
                pause(PAUSE_MILLIS);
            }
        }
    }

    private void serve(HttpConnection connection) {
        connections.add(connection);
        if (closed) {
            connection.close();
        }
        Thread.ofVirtual().name("myna-http").start(() -> {
            try {
                connection.run();
            } finally {
                connection.close();
                connections.remove(connection);
            }
        });
    }

    /** Whether there is room for one more connection. */
    private boolean makeRoom() {
        if (connections.size() < limits.connections()) {
            return true;
        }
        long now = System.nanoTime();
        HttpConnection longest = null;
        for (HttpConnection connection : connections) {
            if (connection.waited(now) >= 0
                    && (longest == null
                            || connection.isIdle() && !longest.isIdle()
                            || connection.isIdle() == longest.isIdle()
                                    && connection.waited(now) > longest.waited(now))) {
                longest = connection;
            }
        }
        if (longest == null) {
            return false;
        }
        longest.close();
        // Its thread removes it too, but later.
        connections.remove(longest);
        return true;
    }

    private void tick() {
        while (!closed) {
            pause(TICK_MILLIS);
            long now = System.nanoTime();
            connections.forEach(connection -> connection.check(now));
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            // These threads end when the listener is closed.
            Thread.currentThread().interrupt();
        }
    }

    /** Closes all connections and the port. */
    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException e) {
            // The port is free anyway.
        }
        connections.forEach(HttpConnection::close);
    }
}
