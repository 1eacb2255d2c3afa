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
 * Attention of the last rows of a context over all of it: one row is generation, 512 a prompt. Consecutive calls use the caches of
 * different layers, so that keys and values come from memory as they do in a model.
 */
public class CausalAttentionBenchmark extends KernelBenchmark {
    private static final int FILLED_ROWS = 64;

    /** Query heads x key/value heads x head dimension: MobileLLaMA, Vicuna, Qwen2 7B. */
    @Param({"16x16x128", "32x32x128", "28x4x128"})
    public String heads;

    /** Query rows: the last ones of the context. */
    @Param({"1", "512"})
    public int rows;

    /** Positions in the context, the query rows included. */
    @Param({"512", "2048", "8192", "32768"})
    public int depth;

    @Param({"F16", "Q8_0"})
    public TensorType cacheType;

    @Benchmark
    public Buffer attend(Rates rates) {
        return step(rates);
    }

    private Attention.Heads shape(Size size) {
        String[] parts = heads.split("x", -1);
        int count = Integer.parseInt(parts[0]);
        int kvCount = Integer.parseInt(parts[1]);
        int dim = Integer.parseInt(parts[2]);
        float scale = (float) (1 / Math.sqrt(dim));
        return size == Size.FULL
                ? new Attention.Heads(count, kvCount, dim, scale)
                : new Attention.Heads(count / kvCount, 1, dim, scale);
    }

    @Override
    Kernel kernel(RandomOperands operands, Size size) {
        Attention.Heads shape = shape(size);
        int kvWidth = shape.kvCount() * shape.dim();
        int first = depth - Math.min(rows, depth);
        // The scalar device answers for the last rows only: earlier ones take the same path.
        int asked = size == Size.FULL ? depth - first : Math.min(depth - first, 16);
        long layerBytes = new KvCache.Shape(1, depth, shape.kvCount(), shape.dim(), cacheType, cacheType).bytes();
        int layers = size == Size.FULL ? (int) Math.max(1, WORKING_SET_BYTES / layerBytes) : 1;
        KvCache cache = operands.device()
                .allocateKvCache(
                        operands.arena(),
                        new KvCache.Shape(layers, depth, shape.kvCount(), shape.dim(), cacheType, cacheType));
        fill(operands, cache);
        Batch batch = new Batch(asked);
        for (int position = depth - asked; position < depth; position++) {
            batch.add(cache, position);
        }
        int width = shape.count() * shape.dim();
        return new CachedAttention(
                operands.device(), batch, layers, shape, operands.rows(asked, width), operands.zeros(asked, width));
    }

    private static void fill(RandomOperands operands, KvCache cache) {
        KvCache.Shape shape = cache.shape();
        Buffer keys = operands.rows(FILLED_ROWS, shape.width());
        Buffer values = operands.rows(FILLED_ROWS, shape.width());
        Batch batch = new Batch(FILLED_ROWS);
        for (int layer = 0; layer < shape.layers(); layer++) {
            for (int position = 0; position < shape.capacity(); position += FILLED_ROWS) {
                batch.clear();
                for (int i = position; i < Math.min(position + FILLED_ROWS, shape.capacity()); i++) {
                    batch.add(cache, i);
                }
                operands.device().attention().storeKv(keys, values, batch, layer);
            }
        }
    }

    private static final class CachedAttention implements Kernel {
        private final Device device;
        private final Batch batch;
        private final int layers;
        private final Attention.Heads heads;
        private final Buffer query;
        private final Buffer out;
        private int next;

        CachedAttention(Device device, Batch batch, int layers, Attention.Heads heads, Buffer query, Buffer out) {
            this.device = device;
            this.batch = batch;
            this.layers = layers;
            this.heads = heads;
            this.query = query;
            this.out = out;
        }

        @Override
        public void run() {
            next = next + 1 == layers ? 0 : next + 1;
            device.attention().attendCausal(query, batch, next, heads, out);
        }

        @Override
        public Buffer answer() {
            return out;
        }
    }

    /** Keys and values once; two products of the head dimension for each pair of a query and a position it sees. */
    @Override
    Rates.Cost cost() {
        Attention.Heads shape = shape(Size.FULL);
        int queries = Math.min(rows, depth);
        double pairs = queries * (depth - (queries - 1) / 2.0);
        double width = shape.count() * shape.dim();
        double cacheBytes = new KvCache.Shape(1, depth, shape.kvCount(), shape.dim(), cacheType, cacheType).bytes();
        return new Rates.Cost(cacheBytes + 2 * 4 * queries * width, 4 * pairs * width);
    }

    @Override
    double tolerance() {
        return 0.01;
    }
}
