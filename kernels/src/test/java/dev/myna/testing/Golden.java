// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.jr.ob.JSON;

/** Golden vectors: files beside the checkout ({@code -Dmyna.golden=DIR}), for tests that are marked {@link NeedsGolden}. */
public final class Golden {
    private Golden() {}

    /** Where they lie. */
    static Path folder() {
        return Path.of(System.getProperty("myna.golden", "../../shared/golden")).normalize();
    }

    /** The file or folder {@code relative} of the golden folder. */
    public static Path path(String relative) {
        return folder().resolve(relative).normalize();
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
