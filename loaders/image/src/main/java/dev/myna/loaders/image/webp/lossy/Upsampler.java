// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

/**
 * Brings chroma to the resolution of luma and both to RGB, with the reference decoder's roundings: a chroma sample is
 * the average of the four around it, weighted 9:3:3:1 by their distance, and colours follow BT.601 in video range: R
 * = 1.164 (Y - 16) + 1.596 (V - 128), G = 1.164 (Y - 16) - 0.392 (U - 128) - 0.813 (V - 128), B = 1.164 (Y - 16) +
 * 2.017 (U - 128).
 */
final class Upsampler {
    private static final int FRACTION = 6;

    // Contributions to a colour, in 1/64; each product is rounded down by itself.
    private static final int[] FROM_LUMA = products(19077, 0);
    private static final int[] RED_FROM_V = products(26149, -14234);
    private static final int[] GREEN_FROM_U = products(-6419, 8708);
    private static final int[] GREEN_FROM_V = products(-13320, 0);
    private static final int[] BLUE_FROM_U = products(33050, -17685);

    private final int width;

    Upsampler(int width) {
        this.width = width;
    }

    /**
     * Writes a line of pixels.
     *
     * @param near where the chroma line that this line of luma belongs to begins
     * @param far where the chroma line on the other side begins
     */
    void line(FilterRows rows, int luma, int near, int far, byte[] rgb, int to) {
        byte[] y = rows.luma;
        // U and V are averaged side by side in one int.
        int leftNear = chroma(rows, near);
        int leftFar = chroma(rows, far);
        pixel(y[luma], 3 * leftNear + leftFar + 0x20002 >> 2, rgb, to);
        int at = 1;
        for (int x = 1; at + 1 < width; x++, at += 2) {
            int rightNear = chroma(rows, near + x);
            int rightFar = chroma(rows, far + x);
            int sum = leftNear + rightNear + leftFar + rightFar + 0x80008;
            int towardsLeft = (sum + 2 * (rightNear + leftFar) >> 3) + leftNear >> 1;
            int towardsRight = (sum + 2 * (leftNear + rightFar) >> 3) + rightNear >> 1;
            pixel(y[luma + at], towardsLeft, rgb, to + 3 * at);
            pixel(y[luma + at + 1], towardsRight, rgb, to + 3 * at + 3);
            leftNear = rightNear;
            leftFar = rightFar;
        }
        if (at < width) {
            pixel(y[luma + at], 3 * leftNear + leftFar + 0x20002 >> 2, rgb, to + 3 * at);
        }
    }

    private static int chroma(FilterRows rows, int at) {
        return rows.u[at] & 0xff | (rows.v[at] & 0xff) << 16;
    }

    private static void pixel(int luma, int chroma, byte[] rgb, int to) {
        int bright = FROM_LUMA[luma & 0xff];
        int u = chroma & 0xff;
        int v = chroma >> 16 & 0xff;
        rgb[to] = sample(bright + RED_FROM_V[v]);
        rgb[to + 1] = sample(bright + GREEN_FROM_U[u] + GREEN_FROM_V[v]);
        rgb[to + 2] = sample(bright + BLUE_FROM_U[u]);
    }

    private static byte sample(int color) {
        return (byte) Math.max(0, Math.min(color >> FRACTION, 255));
    }

    private static int[] products(int factor, int offset) {
        int[] products = new int[256];
        for (int i = 0; i < products.length; i++) {
            int product = i * Math.abs(factor) >> 8;
            products[i] = offset + (factor < 0 ? -product : product);
        }
        return products;
    }
}
