// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import static dev.myna.loaders.hub.Fetching.TAG;
import static dev.myna.loaders.hub.Fetching.blobs;
import static dev.myna.loaders.hub.Fetching.fetch;
import static dev.myna.loaders.hub.Fetching.known;
import static dev.myna.loaders.hub.Fetching.random;
import static dev.myna.loaders.hub.Fetching.sha256;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.hub.Downloader.Fetched;
import dev.myna.testing.NeedsTmpfs;
import dev.myna.testing.SmallDisk;
import dev.myna.testing.TestServer;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** D-05: disks that are too small, fill up during the download, or are read-only. */
@NeedsTmpfs
class DiskTest {
    private static final byte[] CONTENT = random(1_500_000, 1);

    @TempDir
    Path folder;

    private SmallDisk disk(int kibibytes) throws IOException {
        return SmallDisk.mount(folder.resolve("small"), kibibytes);
    }

    @Test
    void d05DiskIsTooSmall() throws IOException {
        Path store = folder.resolve("small/store");
        try (SmallDisk _ = disk(1024);
                TestServer server = new TestServer((request, out) -> TestServer.file(request, out, CONTENT, TAG))) {
            FileSystemException e = assertThrows(FileSystemException.class, () -> fetch(store, server, known(CONTENT)));
            assertTrue(e.getMessage().contains("1500000 bytes are needed"), e.getMessage());
            assertEquals(1, server.requests().size(), "before anything is fetched");
        }
    }

    /** Received bytes are kept; with free space the next run completes the file. */
    @Test
    void d05DiskFillsUpDuringTheDownload() throws IOException {
        Path store = folder.resolve("small/store");
        Path filling = folder.resolve("small/filling");
        AtomicBoolean filled = new AtomicBoolean();
        try (SmallDisk _ = disk(4096);
                TestServer server = new TestServer((request, out) -> {
                    if (request.from() > 700_000 && filled.compareAndSet(false, true)) {
                        untilNoted(store);
                        fill(filling);
                    }
                    TestServer.file(request, out, CONTENT, TAG);
                })) {
            FileSystemException e =
                    assertThrows(FileSystemException.class, () -> fetch(store, server, known(CONTENT), patient()));
            assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
            assertEquals(List.of(), blobs(store));
            Files.delete(filling);
            int before = server.requests().size();
            Fetched fetched = fetch(store, server, known(CONTENT));
            assertEquals(List.of(new ModelStore(store).blob(fetched.sha256())), blobs(store));
            assertTrue(server.requests().get(before).from() > 0, "it goes on where it was");
        }
    }

    private static HubOptions patient() {
        HubOptions options = Fetching.options(Map.of(), 1);
        return new HubOptions(
                options.mirror(),
                options.environment(),
                1,
                options.chunkBytes(),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                1,
                1,
                options.backoff());
    }

    /** Downloads save their progress once a second. */
    private static void untilNoted(Path store) throws IOException {
        try {
            while (!Files.exists(store.resolve("parts").resolve(sha256(CONTENT) + ".json"))) {
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void fill(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException e) {
            // Full.
        }
    }

    @Test
    void d05DiskIsReadOnly() throws IOException {
        Path store = folder.resolve("small/store");
        try (SmallDisk disk = disk(4096);
                TestServer server = new TestServer((request, out) -> TestServer.file(request, out, CONTENT, TAG))) {
            disk.remount("ro");
            FileSystemException e = assertThrows(FileSystemException.class, () -> fetch(store, server, known(CONTENT)));
            assertTrue(e.getMessage().contains("Read-only file system"), e.getMessage());
        }
    }
}
