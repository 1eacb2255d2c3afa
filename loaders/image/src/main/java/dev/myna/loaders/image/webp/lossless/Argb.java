// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

/** Arithmetic on the four bytes of a pixel, 0xAARRGGBB, each by itself. */
final class Argb {
    private Argb() {}

    /** The sums modulo 256. */
    static int add(int a, int b) {
        int alphaGreen = (a & 0xff00ff00) + (b & 0xff00ff00);
        int redBlue = (a & 0xff00ff) + (b & 0xff00ff);
        return alphaGreen & 0xff00ff00 | redBlue & 0xff00ff;
    }

    /** The averages, rounded down. */
    static int average(int a, int b) {
        return ((a ^ b) >>> 1 & 0x7f7f7f7f) + (a & b);
    }

    /** Of left and above, the one nearer to left + above - corner, over all bytes together. */
    static int select(int left, int above, int corner) {
        int toLeft = 0;
        int toAbove = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int c = corner >> shift & 0xff;
            toLeft += Math.abs((above >> shift & 0xff) - c);
            toAbove += Math.abs((left >> shift & 0xff) - c);
        }
        return toLeft < toAbove ? left : above;
    }

    /** left + above - corner, within a byte's range. */
    static int gradient(int left, int above, int corner) {
        int argb = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            argb |= clamp((left >> shift & 0xff) + (above >> shift & 0xff) - (corner >> shift & 0xff)) << shift;
        }
        return argb;
    }

    /** The average and half its difference to the corner, within a byte's range. */
    static int halfGradient(int left, int above, int corner) {
        int average = average(left, above);
        int argb = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int a = average >> shift & 0xff;
            argb |= clamp(a + (a - (corner >> shift & 0xff)) / 2) << shift;
        }
        return argb;
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(value, 255));
    }
}
