// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.command.Inputs;
import dev.myna.cli.system.UserPath;
import dev.myna.eval.run.Sha256;
import dev.myna.loaders.image.DataUrl;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** An image of a batch. It is read and decoded once, when the first of its questions needs it. Thread-safe. */
public final class BatchImage {
    private final String name;
    private final String url;
    private final byte[] bytes;
    private final Orientation orientation;
    private String sha256;
    private RgbImage image;
    private RuntimeException failure;

    private BatchImage(String name, String url, byte[] bytes, Orientation orientation) {
        this.name = name;
        this.url = url;
        this.bytes = bytes;
        this.orientation = orientation;
    }

    /** In a file. */
    static BatchImage file(String name, Orientation orientation) {
        return new BatchImage(name, null, null, orientation);
    }

    /** Of encoded bytes. */
    static BatchImage encoded(byte[] bytes, String name, Orientation orientation) {
        return new BatchImage(name, null, bytes, orientation);
    }

    /**
     * As rows write it: a {@code data:} URL, the base64 of an image, or the name of a file. A file that exists is meant first.
     *
     * @param text not empty
     */
    static BatchImage of(String text, Orientation orientation) {
        boolean inline = DataUrl.is(text) || DataUrl.isBareBase64(text) && !exists(text);
        return new BatchImage(inline ? "the image of the row" : text, inline ? text : null, null, orientation);
    }

    private static boolean exists(String name) {
        try {
            return Files.exists(UserPath.of(name));
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Of contents that are here, a digest; of a file, its name, length and time of change. */
    String identity() {
        if (bytes != null) {
            return Sha256.of(bytes);
        }
        if (url != null) {
            return Sha256.of(url);
        }
        try {
            Path path = UserPath.of(name);
            BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class);
            return name + "|" + facts.size() + "|" + facts.lastModifiedTime().toMillis();
        } catch (IOException | RuntimeException e) {
            return name + "|absent";
        }
    }

    /**
     * The image.
     *
     * @throws ImageException if it is absent or damaged, each time alike
     */
    synchronized RgbImage decoded() throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (image == null) {
            try {
                byte[] encoded = encoded();
                sha256 = Sha256.of(encoded);
                image = ImageDecoder.decode(encoded, name, orientation);
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
        return image;
    }

    /** SHA-256 of the encoded image; null if it has not been read. */
    synchronized String sha256() {
        return sha256;
    }

    private byte[] encoded() throws IOException {
        if (bytes != null) {
            return bytes;
        }
        if (url != null) {
            return DataUrl.is(url) ? DataUrl.decode(url) : DataUrl.base64(url);
        }
        return Inputs.encodedImage(name);
    }
}
