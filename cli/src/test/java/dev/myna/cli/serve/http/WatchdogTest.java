// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A client that takes nothing cannot hold a thread for ever. */
class WatchdogTest {
    @Test
    void blockedWriteIsCutOff() throws Exception {
        try (Watchdog watchdog = new Watchdog();
                ServerSocketChannel listener =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel _ = SocketChannel.open(listener.getLocalAddress());
                SocketChannel server = listener.accept();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer = threads.submit(() -> {
                // Until all buffers between the two are full, and then until the watchdog comes.
                while (true) {
                    try (Watchdog.Limit _ = watchdog.limit(Duration.ofMillis(300))) {
                        server.write(ByteBuffer.allocate(1 << 20));
                    }
                }
            });
            Throwable cause = assertThrows(java.util.concurrent.ExecutionException.class, writer::get)
                    .getCause();
            assertThrows(IOException.class, () -> {
                throw cause;
            });
            assertFalse(server.isOpen());
        }
    }

    @Test
    void workThatEndsInTimeIsNotInterrupted() throws Exception {
        try (Watchdog watchdog = new Watchdog()) {
            for (int i = 0; i < 200; i++) {
                try (Watchdog.Limit _ = watchdog.limit(Duration.ofMinutes(5))) {
                    assertFalse(Thread.currentThread().isInterrupted());
                }
            }
            Watchdog.Limit ended = watchdog.limit(Duration.ofMillis(1));
            ended.close();
            Thread.sleep(20);
            // Either it came before the end, or it never comes: closing decides.
            boolean ignored = Thread.interrupted();
            Thread.sleep(20);
            assertFalse(Thread.currentThread().isInterrupted());
        }
    }
}
