// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.Limits;
import dev.myna.loaders.image.DataUrl;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Images of requests: {@code data:} URLs only, nothing is downloaded. A few are decoded at a time. Decoded images of all requests
 * together stay within a bound.
 */
public final class Images {
    /** Max. time a request waits to decode. */
    private static final Duration TURN = Duration.ofSeconds(30);

    /** Decoding occupies a processor; one stays free to send answers. */
    private final Semaphore decoding =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));

    private final AtomicLong held = new AtomicLong();
    private final Limits limits;
    private final Orientation orientation;

    public Images(Limits limits, Orientation orientation) {
        this.limits = limits;
        this.orientation = orientation;
    }

    /** Bytes of decoded images that requests hold now. */
    public long held() {
        return held.get();
    }

    /** The images of one request, until it is closed. */
    final class Album implements AutoCloseable {
        private int count;
        private long bytes;

        /**
         * Decodes an image. An interrupt of the thread ends waiting and decoding.
         *
         * @param url as the client wrote it
         * @param param where it stands in the request
         * @throws ApiException if it is not a {@code data:} URL of a supported image, or one image too many
         */
        RgbImage add(String url, String param) {
            if (++count > limits.images()) {
                throw ApiException.value(
                        param, "a request may have " + limits.images() + " images at most; " + param + " is one more");
            }
            byte[] encoded = encoded(url, param);
            RgbImage image;
            acquire();
            try {
                image = ImageDecoder.decode(encoded, "image " + count, orientation);
            } catch (ImageException e) {
                throw Thread.currentThread().isInterrupted() ? ApiException.interrupted() : invalid(param, e);
            } finally {
                decoding.release();
            }
            hold(image.rgb().length);
            return image;
        }

        /** Waits for permission to decode. */
        private void acquire() {
            try {
                if (!decoding.tryAcquire(TURN.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw ApiException.busy("too many images are being decoded: try again later");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw ApiException.interrupted();
            }
        }

        private void hold(long more) {
            if (held.addAndGet(more) > limits.imageBytes() && held.get() > more) {
                held.addAndGet(-more);
                throw ApiException.busy("the images of all requests need too much memory: try again later");
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

    /** The bytes of a URL like {@code data:image/png;base64,iVBOR…}, or of base64 alone. */
    private static byte[] encoded(String url, String param) {
        if (!DataUrl.is(url) && !DataUrl.isBareBase64(url)) {
            throw ApiException.invalid(
                    param,
                    "unsupported_url",
                    "this server downloads no images: send a data: URL (data:image/jpeg;base64,...)");
        }
        try {
            return DataUrl.is(url) ? DataUrl.decode(url) : DataUrl.base64(url);
        } catch (ImageException e) {
            throw invalid(param, e);
        }
    }

    private static ApiException invalid(String param, ImageException e) {
        return e.fault() == ImageException.Fault.MEMORY
                ? ApiException.busy(e.getMessage())
                : ApiException.invalid(param, "invalid_image", e.getMessage());
    }
}
