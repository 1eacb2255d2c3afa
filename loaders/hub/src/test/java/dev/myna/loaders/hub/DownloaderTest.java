// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import static dev.myna.loaders.hub.Fetching.TAG;
import static dev.myna.loaders.hub.Fetching.blobs;
import static dev.myna.loaders.hub.Fetching.fetch;
import static dev.myna.loaders.hub.Fetching.known;
import static dev.myna.loaders.hub.Fetching.options;
import static dev.myna.loaders.hub.Fetching.random;
import static dev.myna.loaders.hub.Fetching.sha256;
import static dev.myna.loaders.hub.Fetching.unknown;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.hub.Downloader.Fetched;
import dev.myna.loaders.hub.Downloader.Network;
import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.StoredModel.Known;
import dev.myna.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads from servers and connections with ordinary failures. The ids are those of the safety contract. */
class DownloaderTest {
    private static final byte[] CONTENT = random(1_000_003, 1);

    @TempDir
    Path store;

    private void assertStored(byte[] content, Fetched fetched) throws IOException {
        assertEquals(sha256(content), fetched.sha256());
        Path blob = new ModelStore(store).blob(fetched.sha256());
        assertArrayEquals(content, Files.readAllBytes(blob));
        assertFalse(Files.isWritable(blob) && !"root".equals(System.getProperty("user.name")));
        assertEquals(List.of(blob), blobs(store));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void fileIsFetchedInChunksAndStored(int connections) throws IOException {
        try (TestServer server = new TestServer((request, out) -> TestServer.file(request, out, CONTENT, TAG))) {
            Fetched fetched = fetch(store, server, known(CONTENT), connections);
            assertStored(CONTENT, fetched);
            assertEquals(Known.manifest, fetched.known());
            int requests = server.requests().size();
            assertEquals(16, requests, "a request for each 64 KiB");
            fetch(store, server, known(CONTENT), connections);
            assertEquals(requests, server.requests().size(), "what is there is not asked for again");
            assertEquals("identity", server.requests().getFirst().headers().get("accept-encoding"));
        }
    }

    /** D-01: each attempt receives another sixteenth, then the connection breaks. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void d01ResumesAfterACutAtEverySixteenth(int connections) throws IOException {
        int piece = CONTENT.length / 16;
        byte[] whole = CONTENT;
        // Each run fails at its first error, as if the process had ended there.
        HubOptions impatient = oneAttempt(options(Map.of(), connections), 2L * whole.length);
        AtomicInteger runs = new AtomicInteger();
        try (TestServer server = new TestServer((request, out) -> TestServer.file(request, out, whole, TAG, piece))) {
            Fetched fetched = null;
            while (fetched == null && runs.incrementAndGet() < 40) {
                try {
                    fetched = fetch(store, server, known(whole), impatient);
                } catch (HubException e) {
                    assertEquals(Fault.DOWNLOAD, e.fault());
                    assertTrue(e.getMessage().contains("run the same command again"), e.getMessage());
                    assertEquals(List.of(), blobs(store));
                }
            }
            assertStored(whole, fetched);
            // The HTTP client may drop the last buffers of a connection that breaks, a few KiB, if they were not read
            // yet.
            int dropped = 48 << 10;
            assertTrue(runs.get() == 17 || runs.get() == 18, "runs: " + runs);
            String range = server.requests().get(5).headers().get("range");
            Matcher places =
                    Pattern.compile("bytes=(\\d+)-" + (whole.length - 1)).matcher(range);
            assertTrue(places.matches(), range);
            int from = Integer.parseInt(places.group(1));
            assertTrue(from <= 5 * piece && from > 5 * piece - dropped, range);
            assertEquals(TAG, server.requests().get(5).headers().get("if-range"));
        }
    }

    private static HubOptions oneAttempt(HubOptions options, long chunk) {
        return new HubOptions(
                options.mirror(),
                options.environment(),
                options.connections(),
                chunk,
                options.headerTimeout(),
                options.window(),
                options.windowBytes(),
                1,
                options.backoff());
    }

    /** D-01 within one run: failures do not count while there is progress. */
    @Test
    void d01RetriesCutsWithinOneRun() throws IOException {
        byte[] whole = random(20 << 20, 2);
        HubOptions large = new HubOptions(
                Optional.empty(),
                Map.of(),
                1,
                whole.length,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                1,
                3,
                Duration.ofMillis(1));
        try (TestServer server =
                new TestServer((request, out) -> TestServer.file(request, out, whole, TAG, whole.length / 10))) {
            assertStored(whole, fetch(store, server, known(whole), large));
        }
    }

    /** D-02. */
    @Test
    void d02ServerWithoutRanges() throws IOException {
        try (TestServer server = new TestServer((request, out) -> {
            TestServer.head(out, "200 OK", "Content-Length: " + CONTENT.length);
            out.write(CONTENT);
        })) {
            assertStored(CONTENT, fetch(store, server, known(CONTENT), 4));
            assertEquals(1, server.requests().size());
        }
    }

    /** D-02: the download starts again each time, and fails in the end. */
    @Test
    void d02ServerWithoutRangesThatBreaks() throws IOException {
        try (TestServer server = new TestServer((request, out) -> {
            TestServer.head(out, "200 OK", "Content-Length: " + CONTENT.length);
            out.write(CONTENT, 0, CONTENT.length / 2);
        })) {
            HubException e = assertThrows(HubException.class, () -> fetch(store, server, known(CONTENT)));
            assertEquals(Fault.DOWNLOAD, e.fault());
            assertEquals(3, server.requests().size());
            assertEquals(List.of(), blobs(store));
        }
    }

    /** D-02: the server answers 416 to valid ranges. */
    @Test
    void d02ServerThatRefusesRanges() throws IOException {
        try (TestServer server = new TestServer((request, out) -> {
            if (request.ranged()) {
                TestServer.head(out, "416 Range Not Satisfiable", "Content-Length: 0");
            } else {
                TestServer.file(request, out, CONTENT, TAG);
            }
        })) {
            assertStored(CONTENT, fetch(store, server, known(CONTENT)));
        }
    }

    /** D-03: another version half-way, with and without a digest to compare with. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void d03FileChangesBetweenAttempts(boolean digestKnown) throws IOException {
        byte[] before = random(CONTENT.length, 3);
        AtomicInteger count = new AtomicInteger();
        try (TestServer server = new TestServer((request, out) -> {
            if (count.getAndIncrement() == 0) {
                TestServer.file(request, out, before, "\"v0\"", 30_000);
            } else {
                TestServer.file(request, out, CONTENT, TAG);
            }
        })) {
            assertStored(CONTENT, fetch(store, server, digestKnown ? known(CONTENT) : unknown(), 2));
            assertEquals("\"v0\"", server.requests().get(1).headers().get("if-range"));
        }
    }

    /** D-03: a server without version tags: parts are joined only if a digest can check them. */
    @Test
    void d03PartsWithoutTagAreNotJoined() throws IOException {
        byte[] before = random(CONTENT.length, 3);
        AtomicInteger count = new AtomicInteger();
        try (TestServer server = new TestServer((request, out) -> {
            byte[] now = count.getAndIncrement() < 3 ? before : CONTENT;
            int from = request.ranged() ? request.from() : 0;
            int to = request.ranged() ? request.to(now.length) : now.length;
            TestServer.head(
                    out,
                    request.ranged() ? "206 Partial Content" : "200 OK",
                    "Content-Length: " + (to - from),
                    request.ranged() ? "Content-Range: bytes " + from + "-" + (to - 1) + "/" + now.length : "X: y");
            out.write(now, from, count.get() < 3 ? 1000 : to - from);
        })) {
            Fetched fetched = fetch(store, server, unknown(), 4);
            assertEquals(Known.measured, fetched.known());
            assertTrue(
                    fetched.sha256().equals(sha256(before)) || fetched.sha256().equals(sha256(CONTENT)),
                    "one version or the other, no mixture");
        }
    }

    /** D-03: a file fetched in one part needs no tag. */
    @Test
    void d03SmallFilesNeedNoTag() throws IOException {
        byte[] small = random(5000, 4);
        try (TestServer server = new TestServer((request, out) -> {
            TestServer.head(out, "206 Partial Content", "Content-Length: 5000", "Content-Range: bytes 0-4999/5000");
            out.write(small);
        })) {
            assertStored(small, fetch(store, server, unknown()));
            assertEquals(1, server.requests().size());
        }
    }

    /** D-06: bytes of an earlier run may be damaged; the digest detects it, and the file is fetched again once. */
    @Test
    void d06DamagedPartIsRepaired() throws IOException {
        HubOptions impatient = oneAttempt(options(Map.of(), 1), 2L * CONTENT.length);
        AtomicInteger count = new AtomicInteger();
        try (TestServer server = new TestServer((request, out) -> TestServer.file(
                request, out, CONTENT, TAG, count.getAndIncrement() == 0 ? 500_000 : Integer.MAX_VALUE))) {
            assertThrows(HubException.class, () -> fetch(store, server, known(CONTENT), impatient));
            Path part = store.resolve("parts").resolve(sha256(CONTENT) + ".part");
            byte[] damaged = Files.readAllBytes(part);
            damaged[1234] ^= 1;
            Files.write(part, damaged);
            assertStored(CONTENT, fetch(store, server, known(CONTENT), impatient));
            assertFalse(Files.exists(part));
        }
    }

    /** D-06: malformed notes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1]",
                "{\"size\":1000003,\"chunk\":65536,\"done\":[70000]}",
                "{\"size\":1000003,\"chunk\":1000003,\"done\":[900000]}",
                "{\"size\":1000003,\"chunk\":1000003,\"done\":[-5]}",
                "{\"size\":-1,\"chunk\":1,\"done\":[]}",
                "{\"size\":9000000000000000000,\"chunk\":1,\"done\":[1]}",
                "{\"size\":1000003,\"chunk\":1000003,\"done\":[\"1\"],\"validator\":7}"
            })
    void d06NotesAreNotTrusted(String note) throws IOException {
        Path parts = Files.createDirectories(store.resolve("parts"));
        Files.writeString(parts.resolve(sha256(CONTENT) + ".json"), note);
        Files.write(parts.resolve(sha256(CONTENT) + ".part"), new byte[100]);
        try (TestServer server = new TestServer((request, out) -> TestServer.file(request, out, CONTENT, TAG))) {
            assertStored(CONTENT, fetch(store, server, known(CONTENT)));
        }
    }

    /** D-07: both succeed, and the file is fetched once. */
    @Test
    void d07TwoProcessesFetchTheSameFile() throws Exception {
        try (TestServer server = new TestServer((request, out) -> TestServer.file(request, out, CONTENT, TAG));
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Fetched> first = pool.submit(() -> fetch(store, server, known(CONTENT)));
            Future<Fetched> second = pool.submit(() -> fetch(store, server, known(CONTENT)));
            assertStored(CONTENT, first.get());
            assertStored(CONTENT, second.get());
            assertEquals(16, server.requests().size());
        }
    }

    /** The listener may stop the download; the next run resumes it. */
    @Test
    void stoppingKeepsReceivedBytes() throws IOException {
        HubOptions slow = oneAttempt(options(Map.of(), 1), 2L * CONTENT.length);
        AtomicInteger count = new AtomicInteger();
        try (TestServer server = new TestServer((request, out) -> {
            if (count.getAndIncrement() == 0) {
                TestServer.file(request, out, CONTENT, TAG, 600_000);
                try {
                    Thread.sleep(300);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            } else {
                TestServer.file(request, out, CONTENT, TAG);
            }
        })) {
            try (Downloader downloader =
                    new Downloader(new ModelStore(store), slow.withMirror(server.address()), Network.ALLOWED)) {
                assertThrows(
                        CancellationException.class,
                        () -> downloader.fetch(known(CONTENT), new DownloadListener() {
                            @Override
                            public void arrived(long done, long total) {
                                if (done >= 600_000) {
                                    throw new CancellationException();
                                }
                            }

                            @Override
                            public void checked(long done, long total) {}

                            @Override
                            public void waiting() {}
                        }));
            }
            assertStored(CONTENT, fetch(store, server, known(CONTENT)));
            assertEquals(
                    "bytes=600000-1000002", server.requests().get(1).headers().get("range"));
        }
    }

    /** A digest measured by an interrupted run is used by the next one. */
    @Test
    void measuredDigestsAreSaved() throws IOException {
        try (TestServer server = new TestServer((request, out) -> TestServer.file(request, out, CONTENT, TAG))) {
            assertStored(CONTENT, fetch(store, server, unknown()));
            int requests = server.requests().size();
            assertStored(CONTENT, fetch(store, server, unknown()));
            assertEquals(requests, server.requests().size());
        }
    }

    /** The second URL has the file that the first lacks. */
    @Test
    void nextUrlIsTried() throws IOException {
        HubFile twice = new HubFile(
                HubFile.Role.weights,
                "weights.bin",
                known(CONTENT).size(),
                known(CONTENT).approximateSize(),
                known(CONTENT).sha256(),
                known(CONTENT).gitBlob(),
                List.of(
                        URI.create("https://huggingface.co/org/gone/resolve/main/weights.bin"),
                        known(CONTENT).urls().getFirst()),
                HubFile.Source.MANIFEST);
        try (TestServer server = new TestServer((request, out) -> {
            if (request.path().contains("gone")) {
                TestServer.head(out, "404 Gone", "Content-Length: 0");
            } else {
                TestServer.file(request, out, CONTENT, TAG);
            }
        })) {
            assertStored(CONTENT, fetch(store, server, twice));
        }
    }

    /** Responses that mean "later" are retried. */
    @Test
    void busyServersAreRetried() throws IOException {
        AtomicInteger count = new AtomicInteger();
        try (TestServer server = new TestServer((request, out) -> {
            if (count.getAndIncrement() < 2) {
                TestServer.head(out, "503 Busy", "Retry-After: 0", "Content-Length: 0");
            } else {
                TestServer.file(request, out, CONTENT, TAG);
            }
        })) {
            assertStored(CONTENT, fetch(store, server, known(CONTENT)));
        }
    }
}
