// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.loaders.image.Canvas;
import dev.myna.loaders.image.ResampleFilter;
import dev.myna.loaders.image.Resampler;
import dev.myna.loaders.image.RgbImage;
import dev.myna.loaders.image.Window;

/** Makes the square, normalised input of a CLIP tower (docs/spec/models.md 4.2 and 4.3). */
public final class ImagePreprocessor {
    private static final int CHANNELS = 3;

    private ImagePreprocessor() {}

    /**
     * Centres the image on a square of the mean colour and resizes the square to {@code size x size}. The square is not
     * allocated at its original resolution.
     *
     * @param mean normalisation mean per channel, 0..1; the fill is {@code int(255 * mean)}
     */
    public static RgbImage pad(RgbImage image, int size, float[] mean) {
        return pad(image, size, mean, ResampleFilter.BICUBIC);
    }

    /** As {@link #pad(RgbImage, int, float[])}, with another kernel than the bicubic one. */
    public static RgbImage pad(RgbImage image, int size, float[] mean, ResampleFilter filter) {
        int side = Math.max(image.width(), image.height());
        Canvas square =
                new Canvas(image, side, side, (side - image.width()) / 2, (side - image.height()) / 2, fillColor(mean));
        return Resampler.resize(square, size, size, new Window(0, 0, size, size), filter);
    }

    /** Resizes the shortest edge to {@code size} and cuts out the centre. Computes only the pixels of the centre. */
    public static RgbImage crop(RgbImage image, int size) {
        return crop(image, size, ResampleFilter.BICUBIC);
    }

    /** As {@link #crop(RgbImage, int)}, with another kernel than the bicubic one. */
    public static RgbImage crop(RgbImage image, int size, ResampleFilter filter) {
        int width = longestEdge(image.width(), image.height(), size);
        int height = longestEdge(image.height(), image.width(), size);
        Window centre = new Window((width - size) / 2, (height - size) / 2, size, size);
        return Resampler.resize(Canvas.of(image), width, height, centre, filter);
    }

    /**
     * {@code (x / 255 - mean) / std} per channel.
     *
     * @return floats of layout [3, height, width], RGB
     */
    public static float[] normalize(RgbImage image, float[] mean, float[] std) {
        requireChannels("mean", mean);
        requireChannels("std", std);
        byte[] rgb = image.rgb();
        int plane = rgb.length / CHANNELS;
        float[] pixels = new float[rgb.length];
        for (int c = 0; c < CHANNELS; c++) {
            float[] value = new float[256];
            for (int v = 0; v < 256; v++) {
                value[v] = (float) (((float) (v / 255.0) - (double) mean[c]) / std[c]);
            }
            for (int i = 0; i < plane; i++) {
                pixels[c * plane + i] = value[rgb[i * CHANNELS + c] & 0xff];
            }
        }
        return pixels;
    }

    /** The length of this edge after resizing the shorter edge to {@code size}: a float64 quotient, truncated. */
    static int longestEdge(int edge, int other, int size) {
        return edge <= other ? size : Math.toIntExact((long) ((double) ((long) size * edge) / other));
    }

    /** The mean colour as 0xRRGGBB, each channel truncated as in the published code. */
    static int fillColor(float[] mean) {
        requireChannels("mean", mean);
        int color = 0;
        for (float m : mean) {
            color = color << 8 | Math.clamp((int) (255.0 * m), 0, 255);
        }
        return color;
    }

    private static void requireChannels(String what, float[] values) {
        if (values.length != CHANNELS) {
            throw new IllegalArgumentException(what + " has " + values.length + " values, need one per channel (3)");
        }
    }
}
