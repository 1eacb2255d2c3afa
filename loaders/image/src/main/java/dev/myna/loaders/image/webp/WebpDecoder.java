// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.webp.container.Canvas;
import dev.myna.loaders.image.webp.container.WebpHeader;
import dev.myna.loaders.image.webp.lossless.Vp8lDecoder;
import dev.myna.loaders.image.webp.lossy.Vp8Decoder;
import java.io.EOFException;
import java.io.IOException;

/**
 * Decodes WebP, lossy and lossless, to RGB. Of an animation, the first frame on a black canvas. Alpha is dropped
 * without compositing and not even decoded where it has data of its own; colour profiles are ignored.
 */
public final class WebpDecoder {
    private WebpDecoder() {}

    /**
     * Decodes a whole file. Bytes behind the container are ignored.
     *
     * @param webp the file; {@link WebpHeader#of} tells its size beforehand, which the caller limits
     * @param budget is charged about three units a pixel, row by row
     * @return the canvas, {@link WebpHeader#width} x {@link WebpHeader#height}
     * @throws EOFException if the data end before the last pixel; the message says how far they came
     * @throws IOException if the data are damaged, the budget is spent or the thread was interrupted
     */
    public static Pixels decode(byte[] webp, WorkBudget budget) throws IOException {
        WebpHeader header = WebpHeader.of(webp);
        header.requireConsistent();
        Canvas canvas = new Canvas(header, budget);
        if (header.lossless()) {
            new Vp8lDecoder(webp, header.from(), header.to(), budget).decode(canvas);
        } else {
            new Vp8Decoder(webp, header.from(), header.to(), budget).decode(canvas);
        }
        return canvas.pixels();
    }
}
