// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.command.Inputs;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the tests {@code vit} and {@code ttft} ask: an image, the user's own or a gradient of {@value #WIDTH} x
 * {@value #HEIGHT} pixels, and a question.
 */
final class BenchQuestion implements AutoCloseable {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;

    private final Path file;
    private final boolean temporary;
    private final String text;

    private BenchQuestion(Path file, boolean temporary, String text) {
        this.file = file;
        this.temporary = temporary;
        this.text = text;
    }

    /** A question in text only. */
    static BenchQuestion textOnly(String text) {
        return new BenchQuestion(null, false, text);
    }

    /**
     * A question about an image.
     *
     * @param image null for the gradient, which is written to a temporary file until this is closed
     */
    static BenchQuestion about(Path image, String text) {
        if (image != null) {
            return new BenchQuestion(image, false, text);
        }
        try {
            Path file = Files.createTempFile("myna-bench", ".png");
            SampleImages.writePng(file, WIDTH, HEIGHT);
            return new BenchQuestion(file, true, text);
        } catch (IOException e) {
            throw new RequestException(
                    "cannot write an image to measure with: " + e.getMessage() + "; name one with" + " --image FILE");
        }
    }

    String text() {
        return text;
    }

    boolean hasImage() {
        return file != null;
    }

    /** The image's file, or null. */
    Path file() {
        return file;
    }

    /** The decoded image. */
    RgbImage image() throws IOException {
        return Inputs.image(file.toString(), InputStream.nullInputStream(), Orientation.IGNORE);
    }

    @Override
    public void close() {
        if (temporary) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot delete " + file + ": " + e.getMessage(), e);
            }
        }
    }
}
