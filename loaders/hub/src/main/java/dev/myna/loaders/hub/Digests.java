// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** Digests of files. */
public final class Digests {
    private static final int CHUNK_BYTES = 1 << 20;

    private Digests() {}

    /**
     * The SHA-256 of a file in lower-case hexadecimal digits.
     *
     * @param progress receives the number of bytes read so far, often
     */
    public static String sha256(Path file, LongConsumer progress) throws IOException {
        return digest(newDigest("SHA-256"), file, progress);
    }

    /** The git object id of a file's content; the hub lists small files with it. */
    static String gitBlob(Path file) throws IOException {
        MessageDigest digest = newDigest("SHA-1");
        digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        return digest(digest, file, done -> {});
    }

    /** The SHA-256 of a text. */
    static String sha256(String text) {
        return HexFormat.of().formatHex(newDigest("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String digest(MessageDigest digest, Path file, LongConsumer progress) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] chunk = new byte[CHUNK_BYTES];
            long done = 0;
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                digest.update(chunk, 0, count);
                done += count;
                progress.accept(done);
            }
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    private static MessageDigest newDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has both algorithms
        }
    }
}
