// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * f32 to the numbers of a key/value cache: the rows of a prompt. The check reads the cache back by attending to it, which is the
 * only way to see it.
 */
public class CacheStoreBenchmark extends KernelBenchmark {
    private static final int ROWS = 256;
    private static final Attention.Heads HEADS = new Attention.Heads(32, 32, 128, 0.088388f);
    private static final int WIDTH = 32 * 128;

    @Param({"F16", "Q8_0", "F32"})
    public TensorType type;

    @Benchmark
    public Buffer store(Rates rates) {
        return step(rates);
    }

    @Override
    Kernel kernel(RandomOperands operands, Size size) {
        Device device = operands.device();
        KvCache cache = device.allocateKvCache(
                operands.arena(), new KvCache.Shape(1, ROWS, HEADS.kvCount(), HEADS.dim(), type, type));
        Batch batch = new Batch(ROWS);
        for (int i = 0; i < ROWS; i++) {
            batch.add(cache, i);
        }
        Buffer keys = operands.rows(ROWS, WIDTH);
        Buffer values = operands.rows(ROWS, WIDTH);
        Buffer out = operands.zeros(ROWS, WIDTH);
        return new Kernel() {
            @Override
            public void run() {
                device.attention().storeKv(keys, values, batch, 0);
                if (size == Size.SAMPLE) {
                    device.attention().attendCausal(keys, batch, 0, HEADS, out);
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
        double elements = 2.0 * ROWS * WIDTH;
        return new Rates.Cost(4 * elements + type.bytes((long) elements), 0);
    }

    @Override
    double tolerance() {
        return 0.01;
    }
}
