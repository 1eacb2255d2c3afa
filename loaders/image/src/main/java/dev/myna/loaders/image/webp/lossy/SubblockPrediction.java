// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

/**
 * Predicts a 4x4 subblock of luma (RFC 6386, section 12.3) from its edge: the samples to its left, from the lowest up
 * ({@code l3} to {@code l0}), the corner, the line above ({@code a0} to {@code a3}) and four more ({@code a4} to
 * {@code a7}).
 */
final class SubblockPrediction {
    private SubblockPrediction() {}

    /**
     * Writes the prediction.
     *
     * @param right where the four samples to the upper right lie
     */
    static void predict(int mode, byte[] s, int at, int stride, int right) {
        int above = at - stride;
        int corner = s[above - 1] & 0xff;
        int a0 = s[above] & 0xff;
        int a1 = s[above + 1] & 0xff;
        int a2 = s[above + 2] & 0xff;
        int a3 = s[above + 3] & 0xff;
        int l0 = s[at - 1] & 0xff;
        int l1 = s[at + stride - 1] & 0xff;
        int l2 = s[at + 2 * stride - 1] & 0xff;
        int l3 = s[at + 3 * stride - 1] & 0xff;
        switch (mode) {
            case IntraModes.DC -> {
                int average = a0 + a1 + a2 + a3 + l0 + l1 + l2 + l3 + 4 >> 3;
                for (int y = 0; y < 4; y++) {
                    line(s, at + y * stride, average, average, average, average);
                }
            }
            case IntraModes.TRUE_MOTION -> Prediction.trueMotion(4, s, at, stride);
            case IntraModes.VERTICAL -> {
                int s0 = smooth(corner, a0, a1);
                int s1 = smooth(a0, a1, a2);
                int s2 = smooth(a1, a2, a3);
                int s3 = smooth(a2, a3, s[right] & 0xff);
                for (int y = 0; y < 4; y++) {
                    line(s, at + y * stride, s0, s1, s2, s3);
                }
            }
            case IntraModes.HORIZONTAL -> {
                int s0 = smooth(corner, l0, l1);
                int s1 = smooth(l0, l1, l2);
                int s2 = smooth(l1, l2, l3);
                int s3 = smooth(l2, l3, l3);
                line(s, at, s0, s0, s0, s0);
                line(s, at + stride, s1, s1, s1, s1);
                line(s, at + 2 * stride, s2, s2, s2, s2);
                line(s, at + 3 * stride, s3, s3, s3, s3);
            }
            case IntraModes.RIGHT_DOWN -> {
                int d0 = smooth(l3, l2, l1);
                int d1 = smooth(l2, l1, l0);
                int d2 = smooth(l1, l0, corner);
                int d3 = smooth(l0, corner, a0);
                int d4 = smooth(corner, a0, a1);
                int d5 = smooth(a0, a1, a2);
                int d6 = smooth(a1, a2, a3);
                line(s, at, d3, d4, d5, d6);
                line(s, at + stride, d2, d3, d4, d5);
                line(s, at + 2 * stride, d1, d2, d3, d4);
                line(s, at + 3 * stride, d0, d1, d2, d3);
            }
            case IntraModes.VERTICAL_RIGHT -> {
                int m0 = middle(corner, a0);
                int m1 = middle(a0, a1);
                int m2 = middle(a1, a2);
                int s0 = smooth(l0, corner, a0);
                int s1 = smooth(corner, a0, a1);
                int s2 = smooth(a0, a1, a2);
                line(s, at, m0, m1, m2, middle(a2, a3));
                line(s, at + stride, s0, s1, s2, smooth(a1, a2, a3));
                line(s, at + 2 * stride, smooth(l1, l0, corner), m0, m1, m2);
                line(s, at + 3 * stride, smooth(l2, l1, l0), s0, s1, s2);
            }
            case IntraModes.HORIZONTAL_DOWN -> {
                int m0 = middle(l0, corner);
                int m1 = middle(l1, l0);
                int m2 = middle(l2, l1);
                int s0 = smooth(l0, corner, a0);
                int s1 = smooth(l1, l0, corner);
                int s2 = smooth(l2, l1, l0);
                line(s, at, m0, s0, smooth(corner, a0, a1), smooth(a0, a1, a2));
                line(s, at + stride, m1, s1, m0, s0);
                line(s, at + 2 * stride, m2, s2, m1, s1);
                line(s, at + 3 * stride, middle(l3, l2), smooth(l3, l2, l1), m2, s2);
            }
            case IntraModes.HORIZONTAL_UP -> {
                int m1 = middle(l1, l2);
                int m2 = middle(l2, l3);
                int s1 = smooth(l1, l2, l3);
                int s2 = smooth(l2, l3, l3);
                line(s, at, middle(l0, l1), smooth(l0, l1, l2), m1, s1);
                line(s, at + stride, m1, s1, m2, s2);
                line(s, at + 2 * stride, m2, s2, l3, l3);
                line(s, at + 3 * stride, l3, l3, l3, l3);
            }
            default -> {
                int a4 = s[right] & 0xff;
                int a5 = s[right + 1] & 0xff;
                int a6 = s[right + 2] & 0xff;
                int a7 = s[right + 3] & 0xff;
                int s1 = smooth(a1, a2, a3);
                int s2 = smooth(a2, a3, a4);
                int s3 = smooth(a3, a4, a5);
                int s4 = smooth(a4, a5, a6);
                int s0 = smooth(a0, a1, a2);
                int s5 = smooth(a5, a6, a7);
                if (mode == IntraModes.LEFT_DOWN) {
                    line(s, at, s0, s1, s2, s3);
                    line(s, at + stride, s1, s2, s3, s4);
                    line(s, at + 2 * stride, s2, s3, s4, s5);
                    line(s, at + 3 * stride, s3, s4, s5, smooth(a6, a7, a7));
                } else { // IntraModes.VERTICAL_LEFT
                    int m1 = middle(a1, a2);
                    int m2 = middle(a2, a3);
                    int m3 = middle(a3, a4);
                    line(s, at, middle(a0, a1), m1, m2, m3);
                    line(s, at + stride, s0, s1, s2, s3);
                    line(s, at + 2 * stride, m1, m2, m3, s4);
                    line(s, at + 3 * stride, s1, s2, s3, s5);
                }
            }
        }
    }

    private static void line(byte[] s, int at, int v0, int v1, int v2, int v3) {
        s[at] = (byte) v0;
        s[at + 1] = (byte) v1;
        s[at + 2] = (byte) v2;
        s[at + 3] = (byte) v3;
    }

    private static int middle(int a, int b) {
        return a + b + 1 >> 1;
    }

    private static int smooth(int a, int b, int c) {
        return a + 2 * b + c + 2 >> 2;
    }
}
