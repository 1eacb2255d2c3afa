// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.testing.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.jr.ob.JSON;

/** A small hub on this machine: it lists and sends the files of one repository as huggingface.co does. */
final class TestHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private final String repo;
    private final Map<String, byte[]> files = new TreeMap<>();
    private final TestServer server;
    private volatile int breakAfter = Integer.MAX_VALUE;
    private volatile int bytesPerMilli = Integer.MAX_VALUE;

    private TestHub(String repo) throws IOException {
        this.repo = repo;
        this.server = new TestServer(this::answer);
    }

    /** Hosts the files of a folder. */
    static TestHub of(String repo, Path folder) throws IOException {
        TestHub hub = new TestHub(repo);
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.toList()) {
                hub.files.put(path.getFileName().toString(), Files.readAllBytes(path));
            }
        }
        return hub;
    }

    TestHub put(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    /** From now on every body ends after so many bytes. */
    TestHub breakAfter(int bytes) {
        breakAfter = bytes;
        return this;
    }

    TestHub slow(int bytesPerMillisecond) {
        bytesPerMilli = bytesPerMillisecond;
        return this;
    }

    String address() {
        return server.address();
    }

    List<TestServer.Request> requests() {
        return server.requests();
    }

    byte[] content(String name) {
        return files.get(name);
    }

    private void answer(TestServer.Request request, OutputStream out) throws IOException {
        String path = request.path();
        if (path.startsWith("/api/models/" + repo + "/revision/main")) {
            byte[] list = JSON.std.asBytes(listing());
            TestServer.head(out, "200 OK", "Content-Type: application/json", "Content-Length: " + list.length);
            out.write(list);
            return;
        }
        for (String revision : List.of("main", COMMIT)) {
            String prefix = "/" + repo + "/resolve/" + revision + "/";
            if (path.startsWith(prefix) && files.containsKey(path.substring(prefix.length()))) {
                byte[] content = files.get(path.substring(prefix.length()));
                TestServer.file(request, slowed(out), content, '"' + digest("SHA-256", content) + '"', breakAfter);
                return;
            }
        }
        TestServer.head(out, "404 Not Found", "Content-Length: 0");
    }

    private OutputStream slowed(OutputStream out) {
        if (bytesPerMilli == Integer.MAX_VALUE) {
            return out;
        }
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                out.write(b);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int at = 0; at < length; at += 4 * bytesPerMilli) {
                    out.write(bytes, offset + at, Math.min(4 * bytesPerMilli, length - at));
                    out.flush();
                    try {
                        Thread.sleep(4);
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
            }
        };
    }

    private Map<String, Object> listing() {
        List<Map<String, Object>> siblings = new ArrayList<>();
        files.forEach((name, content) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("rfilename", name);
            entry.put("size", content.length);
            byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
            byte[] object = new byte[header.length + content.length];
            System.arraycopy(header, 0, object, 0, header.length);
            System.arraycopy(content, 0, object, header.length, content.length);
            entry.put("blobId", digest("SHA-1", object));
            if (!name.endsWith(".json")) {
                entry.put("lfs", Map.of("sha256", digest("SHA-256", content), "size", content.length));
            }
            siblings.add(entry);
        });
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("sha", COMMIT);
        map.put("cardData", Map.of("license", "apache-2.0"));
        map.put("siblings", siblings);
        return map;
    }

    static String digest(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
