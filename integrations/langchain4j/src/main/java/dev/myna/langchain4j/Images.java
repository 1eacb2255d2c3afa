// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.ImageContent.DetailLevel;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.myna.loaders.image.DataUrl;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;

/** Images of messages. Their format is told from their content; a declared MIME type only has to be an image's. */
final class Images {
    private static final String NAME = "image";

    private final Orientation orientation;
    private final RemoteImages remote;

    /** @param remote null to refuse remote addresses */
    Images(Orientation orientation, RemoteImages remote) {
        this.orientation = orientation;
        this.remote = remote;
    }

    RgbImage decode(ImageContent content) {
        if (content.detailLevelSpecified() && content.detailLevel() != DetailLevel.AUTO) {
            throw new UnsupportedFeatureException("detailLevel " + content.detailLevel()
                    + " is not supported by Myna: SessionOptions decide how images are seen");
        }
        Image image = content.image();
        if (image.base64Data() != null) {
            return decode(base64(image.base64Data(), image.mimeType()));
        }
        if (image.url() == null) {
            throw new InvalidRequestException("an image has neither base64Data nor a url");
        }
        return decode(image.url());
    }

    private RgbImage decode(URI address) {
        String scheme = address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "data" -> decode(DataUrl.decode(address.toString()));
            case "file" -> decodeFile(address);
            default -> decode(fetch(address));
        };
    }

    /** Only files of this machine: a host in the address would be asked over the network on some systems. */
    private RgbImage decodeFile(URI address) {
        Path path;
        try {
            if (address.getRawAuthority() != null && !address.getRawAuthority().isEmpty()) {
                throw new IllegalArgumentException("it names a host");
            }
            path = Path.of(address);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "not the address of a local file: " + shown(address) + ": " + e.getMessage(), e);
        }
        return ImageDecoder.decode(path, orientation);
    }

    private byte[] fetch(URI address) {
        if (remote == null) {
            throw new UnsupportedFeatureException("remote images are not fetched: " + shown(address)
                    + "; send base64Data, a data: or a file: URI, or give MynaOptions.withRemoteImages");
        }
        try {
            return remote.fetch(address);
        } catch (IOException e) {
            throw new InvalidRequestException(shown(address) + ": " + e.getMessage(), e);
        }
    }

    /** @param data base64, or a whole {@code data:} URI, as some write it */
    private static byte[] base64(String data, String type) {
        if (type != null) {
            DataUrl.requireImage(type);
        }
        return DataUrl.is(data) ? DataUrl.decode(data) : DataUrl.base64(data);
    }

    private RgbImage decode(byte[] encoded) {
        return ImageDecoder.decode(encoded, NAME, orientation);
    }

    /** An address short enough for a message, without the user and password that it may carry. */
    private static String shown(URI address) {
        String text = address.getRawUserInfo() == null
                ? address.toString()
                : address.toString().replace(address.getRawUserInfo() + "@", "");
        return text.length() > 120 ? text.substring(0, 120) + "..." : text;
    }
}
