// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Weight;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Normalisation: the decoders' RMS norm over 512 rows of a prompt, the tower's layer norm over the 577 rows of an image. */
public class NormBenchmark extends KernelBenchmark {
    private static final float EPS = 1e-5f;

    /** Which norms a model has. */
    public enum Kind {
        RMS,
        LAYER
    }

    @Param({"RMS", "LAYER"})
    public Kind norm;

    /** Rows x width. */
    @Param({"1x4096", "512x2048", "512x4096", "577x1024"})
    public String shape;

    @Benchmark
    public Buffer normalize(Rates rates) {
        return step(rates);
    }

    private int rows() {
        return Integer.parseInt(shape, 0, shape.indexOf('x'), 10);
    }

    private int width() {
        return Integer.parseInt(shape, shape.indexOf('x') + 1, shape.length(), 10);
    }

    @Override
    Kernel kernel(RandomOperands operands, Size size) {
        int n = rows();
        Device device = operands.device();
        Buffer in = operands.rows(n, width());
        Buffer out = operands.zeros(n, width());
        Weight gain = operands.vector(width());
        Norm rms = new Norm(gain, EPS);
        Norm layer = new Norm(gain, operands.vector(width()), EPS);
        return new Kernel() {
            @Override
            public void run() {
                switch (norm) {
                    case RMS -> device.norms().rmsNorm(rms, in, out, n);
                    case LAYER -> device.norms().layerNorm(layer, in, out, n);
                }
            }

            @Override
            public Buffer answer() {
                return out;
            }
        };
    }

    @Override
    Rates.Cost cost() {
        return new Rates.Cost(2 * 4.0 * rows() * width(), 0);
    }

    @Override
    double tolerance() {
        return 1e-5;
    }
}
