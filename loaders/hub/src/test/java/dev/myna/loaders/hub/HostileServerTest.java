// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import static dev.myna.loaders.hub.Fetching.TAG;
import static dev.myna.loaders.hub.Fetching.blobs;
import static dev.myna.loaders.hub.Fetching.fetch;
import static dev.myna.loaders.hub.Fetching.file;
import static dev.myna.loaders.hub.Fetching.known;
import static dev.myna.loaders.hub.Fetching.options;
import static dev.myna.loaders.hub.Fetching.random;
import static dev.myna.loaders.hub.Fetching.sha256;
import static dev.myna.loaders.hub.Fetching.unknown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.hub.Downloader.Network;
import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.testing.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile servers: each download ends in one typed error, in bounded time, and nothing enters the store. */
@Timeout(60)
class HostileServerTest {
    private static final byte[] CONTENT = random(300_000, 1);

    @TempDir
    Path store;

    private HubException fails(Fault fault, String message, HubFile file, TestServer.Handler handler)
            throws IOException {
        try (TestServer server = new TestServer(handler)) {
            HubException e = assertThrows(HubException.class, () -> fetch(store, server, file, 2));
            assertEquals(fault, e.fault(), e.getMessage());
            assertTrue(e.getMessage().contains(message), e.getMessage());
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            assertEquals(List.of(), blobs(store));
            return e;
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void d04WrongChecksum() throws IOException {
        byte[] other = random(CONTENT.length, 2);
        HubException e = fails(
                Fault.CHECKSUM,
                "the SHA-256 is " + sha256(other),
                known(CONTENT),
                (request, out) -> TestServer.file(request, out, other, TAG));
        assertTrue(e.getMessage().contains("thrown away"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 1_000_000_000})
    void d04WrongLength(int more) throws IOException {
        fails(Fault.CHECKSUM, "the right one 300000", known(CONTENT), (request, out) -> {
            TestServer.head(out, "200 OK", "Content-Length: " + (CONTENT.length + (long) more));
            out.write(CONTENT);
        });
    }

    @Test
    void d04LengthFarFromTheApproximateOne() throws IOException {
        HubFile nearly = new HubFile(
                HubFile.Role.weights,
                "weights.bin",
                OptionalLong.empty(),
                OptionalLong.of(4_990_000_000L),
                Optional.empty(),
                Optional.empty(),
                known(CONTENT).urls(),
                HubFile.Source.MANIFEST);
        fails(
                Fault.CHECKSUM,
                "the right one about 4990000000",
                nearly,
                (request, out) -> TestServer.file(request, out, CONTENT, TAG));
    }

    @Test
    void d04MoreThanTheDiskHolds() throws IOException {
        try (TestServer server = new TestServer((request, out) -> {
            TestServer.head(out, "200 OK", "Content-Length: 900000000000000000");
            out.write(CONTENT);
        })) {
            IOException e = assertThrows(IOException.class, () -> fetch(store, server, unknown()));
            assertTrue(e.getMessage().contains("900000000000000000 bytes are needed"), e.getMessage());
        }
    }

    @Test
    void d04EndlessBodyOfUnknownLength() throws IOException {
        fails(Fault.DOWNLOAD, "does not say how long the file is", unknown(), (request, out) -> {
            TestServer.head(out, "200 OK");
            endless(out);
        });
    }

    @Test
    void d04EndlessBodyInsteadOfAKnownLength() throws IOException {
        fails(
                Fault.CHECKSUM,
                "sends more than the file has",
                file(OptionalLong.of(CONTENT.length), Optional.empty()),
                (request, out) -> {
                    TestServer.head(out, "200 OK");
                    endless(out);
                });
    }

    private static void endless(OutputStream out) throws IOException {
        byte[] zeros = new byte[1 << 16];
        while (true) {
            out.write(zeros);
        }
    }

    @Test
    void d04EndlessHeaders() throws IOException {
        fails(Fault.DOWNLOAD, "3 attempts", known(CONTENT), (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                write(out, "X-More: and more\r\n");
            }
        });
    }

    @Test
    void d04NotHttp() throws IOException {
        fails(Fault.DOWNLOAD, "3 attempts", known(CONTENT), (request, out) -> out.write(CONTENT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "-5", "99999999999999999999999", "1, 2", "0x10"})
    void d04MalformedLengths(String length) throws IOException {
        fails(Fault.DOWNLOAD, "127.0.0.1", unknown(), (request, out) -> {
            TestServer.head(out, "200 OK", "Content-Length: " + length);
            out.write(CONTENT);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes 5-299999/300000",
                "bytes 0-299999/*",
                "bytes 0-400000/300000",
                "bytes 9-3/300000",
                "bytes 0-99999999999999999999/99999999999999999999",
                "items 0-1/2",
                ""
            })
    void d04WrongRanges(String range) throws IOException {
        fails(Fault.DOWNLOAD, "another part of the file", known(CONTENT), (request, out) -> {
            TestServer.head(out, "206 Partial Content", "Content-Range: " + range, "Content-Length: 300000");
            out.write(CONTENT);
        });
    }

    /** Two thirds of a second without a kilobyte: the connection is given up, and after three of them the download. */
    @Test
    void d04SlowDrip() throws IOException {
        fails(Fault.DOWNLOAD, "fewer than 1024 bytes came in 0.4 s", known(CONTENT), (request, out) -> {
            TestServer.head(out, "200 OK", "Content-Length: " + CONTENT.length);
            try {
                while (true) {
                    out.write(1);
                    out.flush();
                    Thread.sleep(20);
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:PORT/x, no public address",
        "http://127.0.0.2:PORT/x, no public address",
        "http://10.1.2.3/x, no public address",
        "http://192.168.0.1/x, no public address",
        "http://169.254.169.254/latest, no public address",
        "http://100.64.1.1/x, no public address",
        "http://[::1]:PORT/x, no public address",
        "http://[fd00::1]/x, no public address",
        "http://[::ffff:10.0.0.1]/x, no public address",
        "http://0.0.0.0:PORT/x, no public address",
        "http://2130706433/x, no public address",
        "ftp://127.0.0.1/x, redirects to",
        "file:///etc/passwd, redirects to",
        "http://user:secret@127.0.0.1:PORT/x, redirects to",
        "http://[broken/x, no address",
        "/again, more than 5 redirects"
    })
    void d09Redirects(String location, String message) throws IOException {
        int[] port = new int[1];
        try (TestServer server = new TestServer((request, out) -> TestServer.head(
                out,
                "302 Found",
                "Location: " + location.replace("PORT", Integer.toString(port[0])),
                "Content-Length: 0"))) {
            port[0] = server.port();
            HubException e = assertThrows(HubException.class, () -> fetch(store, server, known(CONTENT)));
            assertEquals(Fault.DOWNLOAD, e.fault());
            assertTrue(e.getMessage().contains(message), e.getMessage());
            assertTrue(server.requests().size() <= 6);
        }
    }

    /** D-09: the token is sent to its own server only, never after a redirect; there are no cookies. */
    @Test
    void d09TokenStaysWithItsServer() throws IOException {
        try (TestServer other = new TestServer((request, out) -> TestServer.file(request, out, CONTENT, TAG));
                TestServer server = new TestServer((request, out) -> TestServer.head(
                        out, "302 Found", "Location: " + other.address() + "signed?key=1", "Content-Length: 0"))) {
            fetch(store, server, known(CONTENT), options(Map.of("MYNA_MIRROR_TOKEN", "secret", "HF_TOKEN", "hub"), 1));
            assertEquals("Bearer secret", server.requests().getFirst().headers().get("authorization"));
            other.requests().forEach(request -> assertNull(request.headers().get("authorization"), request.toString()));
            assertTrue(other.requests().getFirst().path().endsWith("signed?key=1"));
        }
    }

    /** The hub's token never goes to a mirror. */
    @Test
    void d09HubTokenIsNotForMirrors() throws IOException {
        try (TestServer server = new TestServer((request, out) -> TestServer.file(request, out, CONTENT, TAG))) {
            fetch(store, server, known(CONTENT), options(Map.of("HF_TOKEN", "hub"), 1));
            server.requests().forEach(request -> assertNull(request.headers().get("authorization")));
        }
    }

    @Test
    void d10CompressedBodies() throws IOException {
        fails(Fault.DOWNLOAD, "compressed", known(CONTENT), (request, out) -> {
            TestServer.head(out, "200 OK", "Content-Encoding: gzip", "Content-Length: 20");
            out.write(new byte[20]);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "text/html; charset=utf-8", "TEXT/HTML"})
    void d11LoginPages(String type) throws IOException {
        fails(Fault.DOWNLOAD, "a web page instead of weights.bin", unknown(), (request, out) -> {
            TestServer.head(out, "200 OK", "Content-Type: " + type, "Content-Length: 6");
            write(out, "<html>");
        });
    }

    /** Without digest and with a wrong type, the first bytes still identify a GGUF file. */
    @Test
    void d11LoginPagesInDisguise() throws IOException {
        HubFile gguf = new HubFile(
                HubFile.Role.decoder,
                "model.gguf",
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                unknown().urls(),
                HubFile.Source.MANIFEST);
        fails(Fault.CHECKSUM, "model.gguf: not a GGUF file", gguf, (request, out) -> {
            TestServer.head(out, "200 OK", "Content-Type: application/octet-stream", "Content-Length: 6");
            write(out, "<html>");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "401 Unauthorized, HF_TOKEN",
        "403 Forbidden, HF_TOKEN",
        "404 Not Found, has no such file",
        "418 Teapot, which is no file",
        "300 Choices, which is no file",
        "204 No Content, which is no file",
        "500 Oops, 3 attempts",
        "429 Slow down, 3 attempts"
    })
    void answersThatAreNoFiles(String status, String message) throws IOException {
        fails(
                Fault.DOWNLOAD,
                message,
                known(CONTENT),
                (request, out) -> TestServer.head(out, status, "Content-Length: 0"));
    }

    /** D-08. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "..",
                "../../etc/passwd",
                "98f68827c19915f2a601598819b1c4a1aea3091968186bb1e01f2dba4e29af7",
                "f98f68827c19915f2a601598819b1c4a1aea3091968186bb1e01f2dba4e29af71",
                "F98F68827C19915F2A601598819B1C4A1AEA3091968186BB1E01F2DBA4E29AF7",
                "g98f68827c19915f2a601598819b1c4a1aea3091968186bb1e01f2dba4e29af7",
                "f98f68827c19915f2a601598819b1c4a1aea3091968186bb1e01f2dba4e29a/."
            })
    void d08DigestsBecomeNoPaths(String digest) {
        assertThrows(HubException.class, () -> new ModelStore(store).blob(digest));
        assertThrows(HubException.class, () -> file(OptionalLong.empty(), Optional.of(digest)));
    }

    /** D-08. */
    @ParameterizedTest
    @ValueSource(strings = {"", "..", ".", "../x", "a/b", "a\\b", ".hidden", "a\0b", "a b", "-x", "a:b", "ä"})
    void d08NamesCannotBecomePaths(String name) {
        assertThrows(
                HubException.class,
                () -> new HubFile(
                        HubFile.Role.weights,
                        name,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        HubFile.Source.MANIFEST));
        assertThrows(HubException.class, () -> new ModelStore(store).find(name, "q8_0"));
        assertThrows(HubException.class, () -> new ModelStore(store).find("palo", name));
        assertThrows(HubException.class, () -> new ModelStore(store).find("hf:org/" + name, "q8_0"));
    }

    /** D-12. */
    @Test
    void d12OfflineSendsNoRequest() throws IOException {
        try (TestServer server = new TestServer((request, out) -> TestServer.file(request, out, CONTENT, TAG));
                Downloader downloader = new Downloader(
                        new ModelStore(store), options(Map.of(), 1).withMirror(server.address()), Network.OFFLINE)) {
            HubException e = assertThrows(HubException.class, () -> downloader.fetch(known(CONTENT), Fetching.NOBODY));
            assertEquals(Fault.DOWNLOAD, e.fault());
            assertTrue(e.getMessage().contains("--offline"), e.getMessage());
            assertThrows(HubException.class, () -> downloader.list("org/repo", "main"));
            assertEquals(0, server.requests().size());
        }
    }
}
