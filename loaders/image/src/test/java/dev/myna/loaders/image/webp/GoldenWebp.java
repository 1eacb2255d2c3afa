// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Small WebP files of our own, one a feature, and what libwebp 1.2.4 makes of them.
 *
 * @param crc32 of the RGB samples
 */
public record GoldenWebp(String name, int width, int height, int crc32, byte[] webp) {
    @Override
    public String toString() {
        return name;
    }

    /** Lines of {@code golden.txt}: name, width, height, checksum and the file in base64. */
    static List<GoldenWebp> all() {
        try (InputStream in = GoldenWebp.class.getResourceAsStream("golden.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(line -> line.split(" "))
                    .map(f -> new GoldenWebp(
                            f[0],
                            Integer.parseInt(f[1]),
                            Integer.parseInt(f[2]),
                            Integer.parseUnsignedInt(f[3], 16),
                            Base64.getDecoder().decode(f[4])))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public static byte[] named(String name) {
        return all().stream().filter(g -> g.name.equals(name)).findFirst().orElseThrow().webp;
    }
}
