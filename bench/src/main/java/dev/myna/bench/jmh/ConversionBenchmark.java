// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Stored numbers to f32: rows of an embedding table of every type, of which F16 is also how a key/value cache is read. */
public class ConversionBenchmark extends KernelBenchmark {
    private static final int WIDTH = 4096;
    private static final int ROWS = 512;

    @Param({
        "F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL",
        "IQ4_XS"
    })
    public TensorType type;

    @Benchmark
    public Buffer dequantize(Rates rates) {
        return step(rates);
    }

    @Override
    Kernel kernel(RandomOperands operands, Size size) {
        Device device = operands.device();
        Weight table = device.load(operands.matrix(type, ROWS, WIDTH));
        int[] ids = IntStream.range(0, ROWS).toArray();
        Buffer out = operands.zeros(ROWS, WIDTH);
        return new Kernel() {
            @Override
            public void run() {
                device.matrices().embed(table, ids, 0, out, ROWS);
            }

            @Override
            public Buffer answer() {
                return out;
            }
        };
    }

    @Override
    Rates.Cost cost() {
        return new Rates.Cost(type.bytes((long) ROWS * WIDTH) + 4.0 * ROWS * WIDTH, 0);
    }

    @Override
    double tolerance() {
        return 1e-6;
    }
}
