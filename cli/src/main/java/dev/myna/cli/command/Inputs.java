// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.cli.system.UserPath;
import dev.myna.cli.terminal.Failure;
import dev.myna.cli.text.Utf8;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/** Reads user input within bounds: questions, images and batches from files, pipes and stdin. */
public final class Inputs {
    private static final int MAX_TEXT_BYTES = 16 << 20;

    /** Names of stdin as a file. */
    private static final Set<String> STDIN = Set.of("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0");

    private Inputs() {}

    /** Whether a name means stdin, which can be read once. */
    public static boolean isStdin(String name) {
        return STDIN.contains(name);
    }

    /**
     * Opens a file, pipe or device to read it from its beginning to its end.
     *
     * @throws RequestException if it is not there, is a folder, or may not be read
     */
    public static InputStream open(Path path) {
        if (Files.isDirectory(path)) {
            throw new RequestException("cannot read " + path + ": it is a folder");
        }
        try {
            return Files.newInputStream(path);
        } catch (NoSuchFileException e) {
            throw new RequestException("cannot read " + path + ": there is no such file");
        } catch (IOException e) {
            throw new RequestException("cannot read " + path + ": " + Failure.reason(e));
        }
    }

    /** A UTF-8 text file, without its final line break. */
    public static String text(Path path) {
        try (InputStream in = open(path)) {
            return text(in, path.toString());
        } catch (IOException e) {
            throw new RequestException("cannot read " + path + ": " + Failure.reason(e));
        }
    }

    /** UTF-8 text to the end of a stream, without byte order mark and final line break. */
    public static String text(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(MAX_TEXT_BYTES + 1);
        if (bytes.length > MAX_TEXT_BYTES) {
            throw new RequestException("the text from " + name + " is longer than 16 MiB");
        }
        int start = Utf8.markLength(bytes, name);
        try {
            return Utf8.decode(bytes, start, bytes.length - start).replaceFirst("\\r?\\n\\z", "");
        } catch (CharacterCodingException e) {
            throw new RequestException("the text from " + name + " is not valid UTF-8: convert it first");
        }
    }

    /**
     * An image by file name, {@code -} for {@code stdin}, or a pipe such as a shell's {@code <(command)}.
     *
     * @throws ImageException if it does not exist or is not an image
     */
    public static RgbImage image(String name, InputStream stdin, Orientation orientation) throws IOException {
        if (name.equals("-")) {
            return ImageDecoder.decode(encodedImage(stdin, "stdin"), "stdin", orientation);
        }
        Path path = imagePath(name);
        if (Files.isRegularFile(path)) {
            return ImageDecoder.decode(path, orientation);
        }
        return ImageDecoder.decode(encodedImage(name), name, orientation);
    }

    /**
     * The bytes of an image file or pipe.
     *
     * @throws ImageException if it does not exist, is empty or is larger than any image
     */
    public static byte[] encodedImage(String name) {
        // The size of a pipe is not known in advance: it is read like stdin, within the same bound.
        try (InputStream in = Files.newInputStream(imagePath(name))) {
            return encodedImage(in, name);
        } catch (IOException e) {
            throw new ImageException(name + ": cannot be read: " + Failure.reason(e), e);
        }
    }

    private static Path imagePath(String name) {
        if (name.matches("(?i)https?://.*")) {
            throw new ImageException(
                    name + ": Myna reads images from files: download it first (curl -O), then give the file");
        }
        Path path = path(name);
        if (Files.isDirectory(path)) {
            throw new ImageException(
                    name + " is a folder: give its images, such as " + name.replaceFirst("/$", "") + "/*.png");
        }
        if (!Files.exists(path)) {
            throw new ImageException(name
                    + (name.matches(".*[*?\\[].*")
                            ? ": no file matches this pattern, or quotes kept the shell from expanding it"
                            : ": no such file; check the path"));
        }
        return path;
    }

    private static byte[] encodedImage(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(ImageDecoder.MAX_ENCODED_BYTES + 1);
        if (bytes.length > ImageDecoder.MAX_ENCODED_BYTES) {
            throw new ImageException(
                    "the image from " + name + " is larger than " + (ImageDecoder.MAX_ENCODED_BYTES >> 20) + " MiB");
        }
        if (bytes.length == 0) {
            throw new ImageException("the image from " + name + " is empty");
        }
        return bytes;
    }

    private static Path path(String name) {
        try {
            return UserPath.of(name);
        } catch (RequestException e) {
            throw new ImageException(e.getMessage());
        }
    }
}
