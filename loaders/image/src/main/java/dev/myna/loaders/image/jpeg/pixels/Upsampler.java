// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.pixels;

import dev.myna.loaders.image.jpeg.segments.Component;
import dev.myna.loaders.image.jpeg.segments.Frame;

/**
 * Brings a component's rows to the image's width and height. As libjpeg-turbo does: components of half the resolution are
 * interpolated with weights 3/4 and 1/4 (a triangle filter, as samples lie between pixels), others are
 * replicated.
 */
final class Upsampler {
    private enum Method {
        NONE,
        HALF_WIDTH,
        HALF_HEIGHT,
        HALF_BOTH,
        REPLICATE
    }

    private final Plane plane;
    private final Component component;
    private final Method method;
    private final int hMax;
    private final int vMax;

    /** Columns of the image. */
    private final int width;

    /** The upsampled row, with room for a last pixel that the image does not have. */
    private final byte[] row;

    /** For {@link Method#HALF_BOTH}: 3/4 of the nearer and 1/4 of the farther row, times 4. */
    private final int[] sums;

    private byte[] samples;
    private int offset;

    Upsampler(Plane plane, Frame frame) {
        this.plane = plane;
        component = plane.component;
        hMax = frame.hMax();
        vMax = frame.vMax();
        width = frame.width();
        method = method();
        row = new byte[method == Method.NONE ? 0 : Math.max(width, 2 * component.width())];
        sums = new int[method == Method.HALF_BOTH ? component.width() : 0];
        samples = row;
    }

    private Method method() {
        boolean fullWidth = component.h() == hMax;
        boolean fullHeight = component.v() == vMax;
        boolean halfWidth = component.h() * 2 == hMax && component.width() > 2;
        boolean halfHeight = component.v() * 2 == vMax;
        if (fullWidth && fullHeight) {
            return Method.NONE;
        } else if (halfWidth && fullHeight) {
            return Method.HALF_WIDTH;
        } else if (fullWidth && halfHeight) {
            return Method.HALF_HEIGHT;
        } else if (halfWidth && halfHeight) {
            return Method.HALF_BOTH;
        }
        return Method.REPLICATE;
    }

    /** Whether the last row of each MCU row needs the row below it. */
    boolean looksDown() {
        return method == Method.HALF_HEIGHT || method == Method.HALF_BOTH;
    }

    /** Makes row {@code y} of the image available in {@link #samples()}. */
    void prepare(int y) {
        int source = y * component.v() / vMax;
        int near = plane.row(source);
        switch (method) {
            case NONE -> {
                samples = plane.samples;
                offset = near;
            }
            case HALF_WIDTH -> halfWidth(near);
            case HALF_HEIGHT -> halfHeight(near, neighbour(y, source), 1 + y % 2);
            case HALF_BOTH -> halfBoth(near, neighbour(y, source));
            case REPLICATE -> replicate(near);
        }
    }

    byte[] samples() {
        return samples;
    }

    /** Where in {@link #samples()} the row begins. */
    int offset() {
        return offset;
    }

    /** The second nearest row: above an even row, below an odd one; at the image's edges, the nearest itself. */
    private int neighbour(int y, int source) {
        int other = y % 2 == 0 ? Math.max(source - 1, 0) : Math.min(source + 1, component.height() - 1);
        return plane.row(other);
    }

    private void halfWidth(int from) {
        byte[] in = plane.samples;
        byte[] out = row;
        int columns = component.width();
        int left = in[from] & 0xff;
        int here = left;
        int right = in[from + 1] & 0xff;
        for (int x = 0; x < columns; x++) {
            int three = 3 * here;
            out[2 * x] = (byte) (three + left + 1 >> 2);
            out[2 * x + 1] = (byte) (three + right + 2 >> 2);
            left = here;
            here = right;
            right = x + 2 < columns ? in[from + x + 2] & 0xff : here;
        }
    }

    private void halfHeight(int near, int far, int bias) {
        byte[] in = plane.samples;
        byte[] out = row;
        for (int x = 0; x < component.width(); x++) {
            out[x] = (byte) (3 * (in[near + x] & 0xff) + (in[far + x] & 0xff) + bias >> 2);
        }
    }

    private void halfBoth(int near, int far) {
        byte[] in = plane.samples;
        byte[] out = row;
        int[] sum = sums;
        int columns = component.width();
        for (int x = 0; x < columns; x++) {
            sum[x] = 3 * (in[near + x] & 0xff) + (in[far + x] & 0xff);
        }
        int left = sum[0];
        int here = left;
        int right = sum[1];
        for (int x = 0; x < columns; x++) {
            int three = 3 * here;
            out[2 * x] = (byte) (three + left + 8 >> 4);
            out[2 * x + 1] = (byte) (three + right + 7 >> 4);
            left = here;
            here = right;
            right = x + 2 < columns ? sum[x + 2] : here;
        }
    }

    private void replicate(int from) {
        byte[] in = plane.samples;
        byte[] out = row;
        int factor = component.h();
        for (int x = 0; x < width; x++) {
            out[x] = in[from + x * factor / hMax];
        }
    }
}
