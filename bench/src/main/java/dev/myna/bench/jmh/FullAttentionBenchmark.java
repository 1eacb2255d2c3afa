// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Attention of one layer of CLIP ViT-L/14-336: 577 rows per image, 16 heads of 64. */
public class FullAttentionBenchmark extends KernelBenchmark {
    private static final int GROUP = 577;
    private static final Attention.Heads HEADS = new Attention.Heads(16, 16, 64, 0.125f);
    private static final int WIDTH = 16 * 64;

    /** An any-resolution image is several: an overview and tiles. */
    @Param({"1", "5"})
    public int images;

    @Benchmark
    public Buffer attend(Rates rates) {
        return step(rates);
    }

    @Override
    Kernel kernel(RandomOperands operands, Size size) {
        int n = size == Size.FULL ? images * GROUP : GROUP;
        Device device = operands.device();
        Buffer query = operands.rows(n, WIDTH);
        Buffer key = operands.rows(n, WIDTH);
        Buffer value = operands.rows(n, WIDTH);
        Buffer out = operands.zeros(n, WIDTH);
        return new Kernel() {
            @Override
            public void run() {
                device.attention().attendFull(query, key, value, GROUP, HEADS, out, n);
            }

            @Override
            public Buffer answer() {
                return out;
            }
        };
    }

    @Override
    Rates.Cost cost() {
        double rows = (double) images * GROUP;
        return new Rates.Cost(4 * 4 * rows * WIDTH, 4 * rows * GROUP * WIDTH);
    }

    @Override
    double tolerance() {
        return 1e-3;
    }
}
