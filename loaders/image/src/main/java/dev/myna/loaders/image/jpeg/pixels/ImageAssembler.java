// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.pixels;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.jpeg.segments.Component;
import dev.myna.loaders.image.jpeg.segments.Frame;

/**
 * Turns coefficients into RGB rows: inverse transform, upsampling, colour conversion. Works on one row of MCUs at a time and
 * keeps the samples of two.
 */
public final class ImageAssembler {
    private final Frame frame;
    private final InverseDct transform = new InverseDct();
    private final Plane[] planes;
    private final Upsampler[] upsamplers;
    private final ColorConversion conversion;
    private final byte[] rgb;

    /** Whether a row of the image can depend on samples of the next row of MCUs. */
    private boolean looksDown;

    private int rowsDone;

    public ImageAssembler(Frame frame, ColorSpace space) {
        this.frame = frame;
        int count = frame.components().length;
        planes = new Plane[count];
        upsamplers = new Upsampler[count];
        for (int i = 0; i < count; i++) {
            planes[i] = new Plane(frame.components()[i], frame.mcusWide());
            upsamplers[i] = new Upsampler(planes[i], frame);
            looksDown |= upsamplers[i].looksDown();
        }
        conversion = new ColorConversion(space, frame.width());
        rgb = new byte[Math.multiplyExact(Math.multiplyExact(frame.width(), frame.height()), 3)];
    }

    /**
     * Takes a block of the current row of MCUs.
     *
     * @param row block row in the component
     * @param column block column
     * @param block 64 coefficients in natural order from {@code at}
     * @param last no coefficient after this one of the zigzag order differs from zero
     * @param steps the component's quantization steps in natural order
     */
    public void put(Component component, int row, int column, short[] block, int at, int last, int[] steps) {
        Plane plane = planes[component.index()];
        transform.transform(block, at, steps, last, plane.samples, plane.row(8 * row) + 8 * column, plane.stride);
    }

    /** Ends a row of MCUs: writes the image rows that do not depend on later blocks. */
    public void endRow(int mcuRow) {
        int ready = frame.height();
        if (mcuRow + 1 < frame.mcusHigh()) {
            ready = (mcuRow + 1) * 8 * frame.vMax() - (looksDown ? 1 : 0);
        }
        for (int y = rowsDone; y < ready; y++) {
            for (Upsampler upsampler : upsamplers) {
                upsampler.prepare(y);
            }
            conversion.convert(upsamplers, rgb, 3 * y * frame.width());
        }
        rowsDone = ready;
    }

    public Pixels image() {
        return new Pixels(frame.width(), frame.height(), rgb);
    }
}
