// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.RequestException;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads what the user names: question files, pictures, stdin; all within bounds. */
final class Inputs {
    private static final int MAX_TEXT_BYTES = 16 << 20;

    /** The decoder's own limit on encoded pictures. */
    private static final int MAX_PICTURE_BYTES = 32 << 20;

    private Inputs() {}

    /** A UTF-8 text file, without its final line break. */
    static String text(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return text(in, path.toString());
        } catch (NoSuchFileException e) {
            throw new RequestException("cannot read " + path + ": there is no such file");
        } catch (IOException e) {
            throw new RequestException("cannot read " + path + ": " + e.getMessage());
        }
    }

    /** UTF-8 text to the end of a stream, without its final line break. */
    static String text(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(MAX_TEXT_BYTES + 1);
        if (bytes.length > MAX_TEXT_BYTES) {
            throw new RequestException("the text from " + name + " is longer than 16 MiB");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.replaceFirst("\\r?\\n\\z", "");
        } catch (CharacterCodingException e) {
            throw new RequestException("the text from " + name + " is not valid UTF-8: convert it first");
        }
    }

    /** A picture by file name, {@code -} for {@code stdin}, or a shell's {@code <(command)}. */
    static RgbImage picture(String name, InputStream stdin, Orientation orientation) throws IOException {
        if (name.equals("-")) {
            return picture(stdin, "stdin", orientation);
        }
        // A pipe has no size to check beforehand: it is read like stdin, within the same bound.
        if (name.startsWith("/dev/fd/")) {
            try (InputStream pipe = Files.newInputStream(path(name))) {
                return picture(pipe, name, orientation);
            }
        }
        return ImageDecoder.decode(path(name), orientation);
    }

    private static RgbImage picture(InputStream in, String name, Orientation orientation) throws IOException {
        byte[] bytes = in.readNBytes(MAX_PICTURE_BYTES + 1);
        if (bytes.length > MAX_PICTURE_BYTES) {
            throw new ImageException("the picture from " + name + " is larger than 32 MiB");
        }
        return ImageDecoder.decode(bytes, name, orientation);
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new ImageException("'" + name + "' cannot be a file name here: " + e.getReason());
        }
    }
}
