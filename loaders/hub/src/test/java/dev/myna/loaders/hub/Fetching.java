// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.Downloader.Fetched;
import dev.myna.loaders.hub.Downloader.Network;
import dev.myna.loaders.hub.HubFile.Role;
import dev.myna.loaders.hub.HubFile.Source;
import dev.myna.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;

/** Common parts of the download tests: files, a store, and short timeouts. */
final class Fetching {
    static final String TAG = "\"v1\"";
    static final DownloadListener NOBODY = new DownloadListener() {
        @Override
        public void arrived(long done, long total) {}

        @Override
        public void checked(long done, long total) {}

        @Override
        public void waiting() {}
    };

    private Fetching() {}

    static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static HubOptions options(Map<String, String> environment, int connections) {
        return new HubOptions(
                Optional.empty(),
                environment,
                connections,
                64 << 10,
                Duration.ofSeconds(5),
                Duration.ofMillis(400),
                1024,
                3,
                Duration.ofMillis(5));
    }

    /** A file of the hub with a known digest, fetched from a mirror. */
    static HubFile known(byte[] content) {
        return file(OptionalLong.of(content.length), Optional.of(sha256(content)));
    }

    /** The same without size and digest. */
    static HubFile unknown() {
        return file(OptionalLong.empty(), Optional.empty());
    }

    static HubFile file(OptionalLong size, Optional<String> sha256) {
        return new HubFile(
                Role.weights,
                "weights.bin",
                size,
                OptionalLong.empty(),
                sha256,
                Optional.empty(),
                List.of(URI.create("https://huggingface.co/org/repo/resolve/main/weights.bin")),
                Source.MANIFEST);
    }

    static Fetched fetch(Path store, TestServer server, HubFile file) throws IOException {
        return fetch(store, server, file, 1);
    }

    static Fetched fetch(Path store, TestServer server, HubFile file, int connections) throws IOException {
        return fetch(store, server, file, options(Map.of(), connections));
    }

    static Fetched fetch(Path store, TestServer server, HubFile file, HubOptions options) throws IOException {
        try (Downloader downloader =
                new Downloader(new ModelStore(store), options.withMirror(server.address()), Network.ALLOWED)) {
            return downloader.fetch(file, NOBODY);
        }
    }

    /** Names of all blobs of a store. */
    static List<Path> blobs(Path store) throws IOException {
        Path folder = store.resolve("blobs");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
