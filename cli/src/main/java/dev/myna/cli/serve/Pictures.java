// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Pictures of requests: {@code data:} URLs only, nothing is ever fetched. A few are decoded at a time, and all that requests hold
 * together stay within a bound.
 */
final class Pictures {
    private static final List<String> TYPES =
            List.of("image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/bmp");

    /** Decoding holds a processor, and somebody must go on writing answers. */
    private final Semaphore decoding =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));

    private final AtomicLong held = new AtomicLong();
    private final Limits limits;
    private final Orientation orientation;

    Pictures(Limits limits, Orientation orientation) {
        this.limits = limits;
        this.orientation = orientation;
    }

    /** Bytes of decoded pictures that requests hold now. */
    long held() {
        return held.get();
    }

    /** The pictures of one request; closing it lets go of them. */
    final class Album implements AutoCloseable {
        private int count;
        private long bytes;

        /**
         * Decodes a picture.
         *
         * @param url as the client wrote it
         * @param param where it stands in the request
         * @throws ApiException if it is no {@code data:} URL of a picture Myna reads, or one too many
         */
        RgbImage add(String url, String param) {
            if (++count > limits.pictures()) {
                throw ApiException.value(
                        param, "a request may have " + limits.pictures() + " pictures; " + param + " is one more");
            }
            byte[] encoded = encoded(url, param);
            RgbImage picture;
            decoding.acquireUninterruptibly();
            try {
                picture = ImageDecoder.decode(encoded, "picture " + count, orientation);
            } catch (ImageException e) {
                throw ApiException.invalid(param, "invalid_image", e.getMessage());
            } finally {
                decoding.release();
            }
            hold(picture.rgb().length);
            return picture;
        }

        private void hold(long more) {
            if (held.addAndGet(more) > limits.pictureBytes() && held.get() > more) {
                held.addAndGet(-more);
                throw ApiException.busy("too many large pictures are being looked at: try again later");
            }
            bytes += more;
        }

        @Override
        public void close() {
            held.addAndGet(-bytes);
            bytes = 0;
        }
    }

    Album album() {
        return new Album();
    }

    /** The bytes of a URL like {@code data:image/png;base64,iVBOR…}. The declared type must be one Myna reads; the content decides. */
    private static byte[] encoded(String url, String param) {
        if (!url.regionMatches(true, 0, "data:", 0, 5)) {
            throw ApiException.invalid(
                    param,
                    "unsupported_url",
                    "this server fetches nothing: pictures come as data: URLs (data:image/jpeg;base64,...)");
        }
        int comma = url.indexOf(',');
        // A header is short; without this bound a missing comma would be searched for in a lower-cased copy of the
        // whole.
        if (comma < 0 || comma > 200) {
            throw malformed(param);
        }
        String header = url.substring(5, comma).toLowerCase(Locale.ROOT);
        String type = header.indexOf(';') < 0 ? header : header.substring(0, header.indexOf(';'));
        if (!TYPES.contains(type.strip())) {
            throw ApiException.invalid(
                    param, "invalid_image", "the data: URL must be of type image/png, jpeg, gif, webp or bmp");
        }
        if (!header.endsWith(";base64")) {
            throw malformed(param);
        }
        try {
            byte[] encoded = Base64.getDecoder().decode(url.substring(comma + 1));
            if (encoded.length == 0) {
                throw ApiException.invalid(param, "invalid_image", "the data: URL holds no picture");
            }
            return encoded;
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid(
                    param, "invalid_image", "the data: URL is not valid base64: letters, digits, + / and = only");
        }
    }

    private static ApiException malformed(String param) {
        return ApiException.invalid(
                param, "invalid_image", "the data: URL must look like data:image/png;base64,iVBORw0KGgo...");
    }
}
