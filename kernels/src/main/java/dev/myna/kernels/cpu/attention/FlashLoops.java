// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import dev.myna.kernels.cpu.kv.KvFormat;
import dev.myna.kernels.cpu.kv.VectorKv;
import dev.myna.kernels.cpu.math.VectorMath;

/** The loops of attention around {@link AttentionTiles}: over a row of scores, of softmax weights or of outputs. */
sealed interface FlashLoops permits FlashLoops.Vectors, PlainFlash {

    /** {@code to = factor from}. */
    void scale(long from, float factor, long to, int count);

    /** The largest of {@code count} elements, whole panels. A NaN may be lost. */
    float largest(long x, int count);

    /**
     * {@code x = e^(x - max)} for whole vectors that hold {@code count} elements, none above {@code max}; the lanes at
     * {@code sums} become {@code factor} times themselves plus the results.
     */
    void weights(long x, int count, float max, float factor, long sums);

    /**
     * {@code to = (sum of weights[i] row i) / divisor}.
     *
     * @param weights address of {@code count} f32
     * @param rows address of the first row; {@code stride} bytes from row to row
     */
    void mean(long weights, int count, long rows, long stride, float divisor, long to, int dim);

    /**
     * Rows of {@code dim} f32 to panels [dim][COLUMNS] for as many rows; zero behind the last row.
     *
     * @param stride bytes from row to row
     */
    void packKeys(long from, long stride, int rows, int dim, long to);

    /** The reader of a cache's format; {@code fast} as in {@link VectorKv#of}. */
    VectorKv reader(KvFormat format, boolean fast);

    /** By the Vector API. */
    record Vectors() implements FlashLoops {
        @Override
        public void scale(long from, float factor, long to, int count) {
            VectorRows.scale(from, factor, to, count);
        }

        @Override
        public float largest(long x, int count) {
            return VectorRows.largest(x, count);
        }

        @Override
        public void weights(long x, int count, float max, float factor, long sums) {
            VectorMath.softmaxWeights(x, count, max, factor, sums);
        }

        @Override
        public void mean(long weights, int count, long rows, long stride, float divisor, long to, int dim) {
            VectorRows.mean(weights, count, rows, stride, divisor, to, dim);
        }

        @Override
        public void packKeys(long from, long stride, int rows, int dim, long to) {
            VectorRows.packKeys(from, stride, rows, dim, to);
        }

        @Override
        public VectorKv reader(KvFormat format, boolean fast) {
            return VectorKv.of(format, fast);
        }
    }
}
