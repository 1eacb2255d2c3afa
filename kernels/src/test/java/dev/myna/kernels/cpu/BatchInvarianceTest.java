// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Linear;
import dev.myna.kernels.RandomWeights;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.devices.Devices;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What one sequence gets does not depend on the sequences in the same batch, bit for bit: a row's result is the same in
 * every batch of at most {@link Device#fewRows} rows, and the same in every larger one.
 */
class BatchInvarianceTest {
    private int window;

    @ParameterizedTest
    @EnumSource(CpuKernels.class)
    void matmulRows(CpuKernels kernels) {
        for (TensorType type : TensorType.values()) {
            matmulRows(kernels, type, 256);
        }
        matmulRows(kernels, TensorType.Q4_K, 1280);
        matmulRows(kernels, TensorType.F16, 1280);
    }

    private static void matmulRows(CpuKernels kernels, TensorType type, int width) {
        int most = 70;
        int outputs = 53;
        Random random = new Random(width);
        try (Device device = Devices.cpu(2, kernels);
                Arena arena = Arena.ofShared()) {
            Weight weight = device.load(RandomWeights.tensor(arena, type, width, outputs, random));
            Buffer in = device.allocate(arena, most, width);
            device.write(in, gaussian(random, most * width), 0, most);
            Buffer out = device.allocate(arena, most, outputs);
            float[][] expected = new float[2][];
            for (int n = 1; n <= most; n += n < 20 ? 1 : 12) {
                device.matrices().matmul(new Linear(weight), in, out, n);
                // Row 0 is in every batch.
                float[] actual = new float[outputs];
                device.read(out, actual, 0, 1);
                int kind = n <= device.fewRows() ? 0 : 1;
                expected[kind] = expected[kind] == null ? actual : expected[kind];
                assertArrayEquals(expected[kind], actual, device.description() + ", " + type + ", " + n + " rows");
            }
            // And the last row of the largest batch alone.
            device.matrices().matmul(new Linear(weight), in.slice(most - 1, 1), out, 1);
            float[] alone = new float[outputs];
            device.read(out, alone, 0, 1);
            device.matrices()
                    .matmul(
                            new Linear(weight),
                            in.slice(most - device.fewRows(), device.fewRows()),
                            out,
                            device.fewRows());
            float[] last = new float[outputs];
            device.read(out.slice(device.fewRows() - 1, 1), last, 0, 1);
            assertArrayEquals(alone, last, device.description() + ", " + type);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "JIT, F16, 2, 2, 0",
        "JIT, F16, 6, 2, 0",
        "JIT, F16, 6, 2, 50",
        "JIT, Q8_0, 4, 1, 0",
        "VECTOR, F16, 6, 2, 0",
        "VECTOR, F32, 4, 4, 0",
        "VECTOR, F32, 4, 4, 130",
        "SCALAR, F16, 4, 2, 0"
    })
    void attention(CpuKernels kernels, TensorType type, int heads, int kvHeads, int localWindow) {
        window = localWindow == 0 ? Attention.NO_WINDOW : localWindow;
        int n = 300;
        int dim = 64;
        try (Device device = Devices.cpu(2, kernels);
                Arena arena = Arena.ofShared()) {
            Random random = new Random(heads);
            KvCache cache = device.allocateKvCache(arena, new KvCache.Shape(1, n, kvHeads, dim, type, type));
            KvCache other = device.allocateKvCache(arena, new KvCache.Shape(1, n, kvHeads, dim, type, type));
            Batch batch = new Batch(n);
            for (KvCache each : new KvCache[] {cache, other}) {
                batch.clear();
                add(batch, each, 0, n);
                Buffer rows = device.allocate(arena, n, kvHeads * dim);
                device.write(rows, gaussian(random, n * kvHeads * dim), 0, n);
                device.attention().storeKv(rows, rows, batch, 0);
            }
            Attention.Heads shape = new Attention.Heads(heads, kvHeads, dim, 0.125f);
            float[] queries = gaussian(random, n * heads * dim);
            float[] whole = attend(device, arena, shape, queries, new Part(cache, 0, n));
            // In chunks of every length that is not one of few rows, and with another sequence before and behind.
            for (int first = device.fewRows() + 1; first < 120; first += first < 20 ? 1 : 7) {
                float[] chunk = attend(device, arena, shape, queries, new Part(cache, 0, first));
                assertArrayEquals(Arrays.copyOf(whole, chunk.length), chunk, "first " + first);
                float[] mixed = attend(
                        device,
                        arena,
                        shape,
                        from(queries, first * heads * dim),
                        new Part(cache, first, 140),
                        new Part(other, 140, 149),
                        new Part(cache, 149, n));
                int width = heads * dim;
                assertArrayEquals(
                        Arrays.copyOfRange(whole, first * width, 140 * width),
                        Arrays.copyOf(mixed, (140 - first) * width),
                        "from " + first);
            }
            // So many that a block of attention leaves one row over.
            for (int count = 48; count <= 49; count++) {
                for (int rows : new int[] {count, 2 * count - 1}) {
                    float[] chunk = attend(
                            device,
                            arena,
                            shape,
                            from(queries, (n - rows) * heads * dim),
                            new Part(cache, n - rows, n));
                    assertArrayEquals(from(whole, (n - rows) * heads * dim), chunk, "last " + rows);
                }
            }
            // Single rows of several sequences.
            float[] lone = attend(device, arena, shape, row(queries, 250, heads * dim), new Part(cache, 250, 251));
            float[] two = attend(
                    device,
                    arena,
                    shape,
                    concat(row(queries, 7, heads * dim), row(queries, 250, heads * dim)),
                    new Part(other, 7, 8),
                    new Part(cache, 250, 251));
            assertArrayEquals(lone, Arrays.copyOfRange(two, heads * dim, two.length), "a row beside another");
        }
    }

    /** Rows of a sequence, from one position to another. */
    private record Part(KvCache cache, int from, int to) {}

    private float[] attend(Device device, Arena arena, Attention.Heads heads, float[] queries, Part... parts) {
        int n = 0;
        for (Part part : parts) {
            n += part.to - part.from;
        }
        Batch batch = new Batch(n);
        for (Part part : parts) {
            add(batch, part.cache, part.from, part.to);
        }
        int width = heads.count() * heads.dim();
        Buffer in = device.allocate(arena, n, width);
        device.write(in, queries, 0, n);
        Buffer out = device.allocate(arena, n, width);
        device.attention().attendCausal(in, batch, 0, heads, window, out);
        float[] result = new float[n * width];
        device.read(out, result, 0, n);
        return result;
    }

    private static void add(Batch batch, KvCache cache, int from, int to) {
        for (int position = from; position < to; position++) {
            batch.add(cache, position);
        }
    }

    private static float[] gaussian(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] from(float[] values, int first) {
        return Arrays.copyOfRange(values, first, values.length);
    }

    private static float[] row(float[] rows, int row, int width) {
        return Arrays.copyOfRange(rows, row * width, (row + 1) * width);
    }

    private static float[] concat(float[] a, float[] b) {
        float[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
