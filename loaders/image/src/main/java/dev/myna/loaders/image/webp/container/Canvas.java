// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.container;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.IOException;

/**
 * The RGB samples of a canvas, and the position of the image on it. They are black at first, and allocated when the bitstream
 * is known to be long enough.
 */
public final class Canvas {
    private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private final WebpHeader header;
    private final WorkBudget budget;
    private byte[] rgb;

    public Canvas(WebpHeader header, WorkBudget budget) throws IOException {
        if (3L * header.width() * header.height() > MAX_BYTES) {
            throw new IOException(header.width() + "x" + header.height() + " pixels are more than an array holds");
        }
        this.header = header;
        this.budget = budget;
    }

    /** Columns of the image. */
    public int width() {
        return header.imageWidth();
    }

    /** Rows of the image. */
    public int height() {
        return header.imageHeight();
    }

    /** Bytes from one row to the next. */
    int stride() {
        return header.width() * 3;
    }

    /** Where the image's row begins, in bytes of {@link #rgb}. */
    public int row(int y) {
        return ((header.top() + y) * header.width() + header.left()) * 3;
    }

    public byte[] rgb() throws IOException {
        if (rgb == null) {
            if (header.width() != width() || header.height() != height()) {
                budget.spend((long) header.width() * header.height());
            }
            rgb = new byte[stride() * header.height()];
        }
        return rgb;
    }

    public Pixels pixels() throws IOException {
        return new Pixels(header.width(), header.height(), rgb());
    }
}
