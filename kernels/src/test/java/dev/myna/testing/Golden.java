// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.jr.ob.JSON;

/**
 * Golden vectors: files beside the checkout ({@code -Dmyna.golden=DIR}). Tests that need them are skipped, loudly, when they
 * are absent.
 */
public final class Golden {
    private Golden() {}

    /** The file or folder {@code relative} of the golden folder; skips the calling test when it is absent. */
    public static Path path(String relative) {
        Path path = Path.of(System.getProperty("myna.golden", "../../shared/golden"))
                .resolve(relative)
                .normalize();
        if (!Files.exists(path)) {
            System.err.println("SKIPPED: golden file " + path + " is absent; set -Dmyna.golden=DIR to run this test");
            Assumptions.abort("golden file " + path + " is absent; set -Dmyna.golden=DIR");
        }
        return path;
    }

    /** Whether the golden folder is there at all (for test factories). */
    public static boolean available() {
        return Files.isDirectory(Path.of(System.getProperty("myna.golden", "../../shared/golden")));
    }

    /** A JSON object file. */
    public static Map<String, Object> json(String relative) {
        try {
            return JSON.std.mapFrom(Files.readString(path(relative)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of raw little-endian floats. */
    public static float[] floats(String relative) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(relative)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    /** A file's bytes. */
    public static byte[] bytes(String relative) {
        try {
            return Files.readAllBytes(path(relative));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
