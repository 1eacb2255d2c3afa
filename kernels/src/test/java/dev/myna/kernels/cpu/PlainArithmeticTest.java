// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.CodeListener;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.host.RefusedException;
import dev.myna.kernels.cpu.attention.AttentionTiles;
import dev.myna.kernels.cpu.attention.CausalAttentionJob;
import dev.myna.kernels.cpu.attention.FullAttentionJob;
import dev.myna.kernels.cpu.grids.GridJob;
import dev.myna.kernels.cpu.jit.Kernels;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import dev.myna.kernels.machine.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain loops and vectors give the same bits, so that an answer does not depend on when one takes over from the other. */
class PlainArithmeticTest {
    private static final int COUNT = 1000;
    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.MIN_VALUE,
        88,
        -88,
        -87.3f,
        3e38f,
        -3e38f
    };

    private final Arena arena = Arena.ofConfined();
    private final Random random = new Random(7);
    private final CpuArithmetic vectors = CpuArithmetic.vectors(new AttentionTiles.Vectors());
    private final CpuArithmetic plain = CpuArithmetic.plain(new AttentionTiles.Vectors());

    @AfterEach
    void free() {
        arena.close();
    }

    private long random(int count, double scale) {
        MemorySegment segment = arena.allocate(count * 4L, 64);
        for (int i = 0; i < count; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (random.nextGaussian() * scale));
        }
        return segment.address();
    }

    private long zeros(int count) {
        return arena.allocate(count * 4L, 64).address();
    }

    /** Bits, with one NaN for all. */
    private static int[] bits(long address, int count) {
        int[] bits = new int[count];
        for (int i = 0; i < count; i++) {
            bits[i] = Float.floatToIntBits(NativeMemory.getFloat(address + i * 4L));
        }
        return bits;
    }

    private long copy(long from, int count) {
        long to = zeros(count);
        NativeMemory.copy(from, to, count * 4L);
        return to;
    }

    private void assertSame(int count, BiConsumer<CpuArithmetic, Long> inPlace, long x, String what) {
        long a = copy(x, count);
        long b = copy(x, count);
        inPlace.accept(vectors, a);
        inPlace.accept(plain, b);
        assertArrayEquals(bits(a, count), bits(b, count), what);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 16, 50, 64, 255, 256, 257, 1000})
    void norms(int width) {
        long gain = random(width, 1);
        long bias = random(width, 1);
        for (double scale : new double[] {1e-4, 1, 300}) {
            long x = random(width, scale);
            assertSame(width, (to, at) -> to.norms().rmsNorm(at, gain, 1e-5f, at, width), x, "rms");
            assertSame(width, (to, at) -> to.norms().layerNorm(at, gain, bias, 1e-5f, at, width), x, "layer");
            assertSame(width, (to, at) -> to.norms().softmax(at, width), x, "softmax");
        }
    }

    private long withSpecials(double scale) {
        long x = random(COUNT, scale);
        for (int i = 0; i < SPECIAL.length; i++) {
            NativeMemory.putFloat(x + 36L * i, SPECIAL[i]);
        }
        return x;
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activations(Activation f) {
        for (double scale : new double[] {0.1, 3, 60}) {
            for (int count : new int[] {3, 16, COUNT}) {
                assertSame(count, (to, x) -> to.elementwise().activate(f, x, count), withSpecials(scale), f.name());
            }
        }
    }

    @Test
    void elements() {
        long y = withSpecials(2);
        for (int count : new int[] {3, 16, COUNT}) {
            assertSame(count, (to, x) -> to.elementwise().siluMul(x, y, count), random(COUNT, 5), "siluMul");
            assertSame(count, (to, x) -> to.elementwise().addScaled(x, y, 0.3f, count), withSpecials(1), "addScaled");
            assertSame(count, (to, x) -> to.elementwise().scale(x, 0.3f, count), withSpecials(1), "scale");
            assertSame(count, (to, x) -> to.elementwise().mul(x, y, count), random(COUNT, 1), "mul");
        }
    }

    @ParameterizedTest
    @CsvSource({"64, ADJACENT", "64, SPLIT_HALF", "128, ADJACENT", "32, SPLIT_HALF", "20, ADJACENT", "20, SPLIT_HALF"})
    void rotations(int dim, RopePairing pairing) {
        long factors = random(2 * dim, 1);
        assertSame(dim, (to, x) -> to.rope().rotate(x, factors, dim, pairing), random(dim, 1), "rotate");
    }

    @ParameterizedTest
    @CsvSource({"5, 1", "48, 1", "48, 2", "50, 2"})
    void grids(int channels, int stride) {
        int side = 6;
        long in = random(side * side * channels, 1);
        long taps = random(9 * channels, 1);
        for (long bias : new long[] {0, random(channels, 1)}) {
            int out = ((side - 1) / stride + 1) * ((side - 1) / stride + 1);
            assertSame(
                    out * channels,
                    (to, x) -> {
                        GridJob job = new GridJob(in, side, side, channels, taps, bias, stride, x);
                        for (int unit = 0; unit < out; unit++) {
                            to.grids().convolve(job, unit);
                        }
                    },
                    zeros(out * channels),
                    "convolution");
        }
        assertSame(
                9 * channels,
                (to, x) -> {
                    GridJob job = new GridJob(in, side, side, channels, 0, 0, 2, x);
                    for (int unit = 0; unit < 9; unit++) {
                        to.grids().averagePool(job, unit);
                    }
                },
                zeros(9 * channels),
                "pool");
        assertSame(
                channels,
                (to, x) -> to.grids().meanRows(in, side * side, channels, x, 0, channels),
                zeros(channels),
                "mean of rows");
    }

    @ParameterizedTest
    @CsvSource({"1, 64, 4, 4", "100, 64, 4, 2", "150, 72, 2, 2", "257, 20, 3, 3"})
    void fullAttention(int group, int dim, int count, int kvCount) {
        Attention.Heads heads = new Attention.Heads(count, kvCount, dim, 0.2f);
        int rows = 2 * group;
        long query = random(rows * count * dim, 1);
        long key = random(rows * kvCount * dim, 1);
        long value = random(rows * kvCount * dim, 1);
        assertSame(
                rows * count * dim,
                (to, out) -> {
                    FullAttentionJob job = new FullAttentionJob(query, key, value, out, group, 2, heads);
                    to.attention().attendFull(job, 0, job.units(), new Scratch());
                },
                zeros(rows * count * dim),
                "full attention");
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 64, 4, 4",
        "F16, 64, 4, 4",
        "Q8_0, 64, 4, 4",
        "F32, 64, 4, 2",
        "F16, 128, 4, 1",
        "Q8_0, 32, 4, 2",
        "F16, 20, 2, 2"
    })
    void causalAttention(TensorType type, int dim, int count, int kvCount) {
        Attention.Heads heads = new Attention.Heads(count, kvCount, dim, 0.3f);
        int capacity = 300;
        CpuKvCache cache = new CpuKvCache(arena, new KvCache.Shape(1, capacity, kvCount, dim, type, type));
        for (int position = 0; position < capacity; position++) {
            cache.reserve(0, position);
            for (int head = 0; head < kvCount; head++) {
                int chunk = position / CpuKvCache.CHUNK;
                int slot = position % CpuKvCache.CHUNK;
                cache.keyFormat().putKey(random(dim, 1), cache.keys(0, chunk, head), slot, dim);
                cache.valueFormat().putValue(random(dim, 1), cache.values(0, chunk, head), slot, dim);
            }
        }
        for (int[] rows : new int[][] {{0, 1}, {4, 1}, {130, 1}, {298, 1}, {0, 5}, {120, 30}, {3, 290}}) {
            for (int window : new int[] {Attention.NO_WINDOW, 7, 140}) {
                Batch batch = new Batch(rows[1]);
                for (int i = 0; i < rows[1]; i++) {
                    batch.add(cache, rows[0] + i);
                    if (rows[0] + i >= 125 && rows[0] + i < 150) {
                        batch.block(125, 149);
                    }
                }
                int floats = rows[1] * count * dim;
                long query = random(floats, 1);
                assertSame(
                        floats,
                        (to, out) -> attend(to, query, out, batch, heads, window),
                        zeros(floats),
                        rows[1] + " rows from " + rows[0] + ", window " + window);
            }
        }
    }

    private void attend(
            CpuArithmetic arithmetic, long query, long out, Batch batch, Attention.Heads heads, int window) {
        CausalAttentionJob job = new CausalAttentionJob();
        job.prepare(query, out, batch, 0, heads, window, CpuKvCache.CHUNK);
        job.setPartials(zeros((int) job.partialFloats() + 1));
        Scratch scratch = new Scratch();
        for (int unit = 0; unit < job.units(); unit++) {
            arithmetic.attention().attendCausal(job, unit, scratch);
        }
        for (int i = 0; i < job.combinations(); i++) {
            arithmetic.attention().combine(job, i, scratch);
        }
    }

    /** Vectors take over where so many elements have been computed, and nothing shows it. */
    @Test
    @Timeout(300)
    void vectorsTakeOver() throws Exception {
        Kernels kernels;
        try {
            kernels = Kernels.best(CodeListener.NONE);
        } catch (RefusedException e) {
            Assumptions.abort(e.getMessage());
            return;
        }
        AttentionTiles tiles = CpuImplementation.tiles(kernels);
        PlainThenVectors changing = new PlainThenVectors(tiles, () -> CpuArithmetic.vectors(tiles), 20L * COUNT);
        CpuArithmetic vectorsOnly = CpuArithmetic.vectors(tiles);
        long gain = random(COUNT, 1);
        long a = random(COUNT, 1);
        long b = copy(a, COUNT);
        for (int after = 0; after < 30; after += changing.vectorsCompute() ? 1 : 0) {
            changing.rmsNorm(a, gain, 1e-5f, a, COUNT);
            vectorsOnly.norms().rmsNorm(b, gain, 1e-5f, b, COUNT);
            assertArrayEquals(bits(b, COUNT), bits(a, COUNT));
        }
        String name = CpuImplementation.jit(kernels).name();
        assertEquals(Lanes.describe(), name.substring(name.indexOf(", ") + 2));
    }

    /** A class whose initializer failed stays lost: nothing may depend on it from then on. */
    @Test
    @Timeout(60)
    void plainLoopsGoOnWhereVectorsCannotBeMade() throws InterruptedException {
        CountDownLatch tried = new CountDownLatch(1);
        PlainThenVectors lost = changing(() -> {
            tried.countDown();
            throw new NoClassDefFoundError("lost in this test");
        });
        assertNormsStayRight(lost);
        tried.await();
        assertNormsStayRight(lost);
        assertFalse(lost.vectorsCompute());
    }

    @Test
    @Timeout(60)
    void vectorsAreTriedAgainAfterMemoryRanOut() {
        AtomicInteger tries = new AtomicInteger();
        PlainThenVectors starved = changing(() -> {
            if (tries.incrementAndGet() == 1) {
                throw new OutOfMemoryError("in this test");
            }
            return vectors;
        });
        while (!starved.vectorsCompute()) {
            assertNormsStayRight(starved);
        }
        assertEquals(2, tries.get());
        assertNormsStayRight(starved);
    }

    private static PlainThenVectors changing(Supplier<CpuArithmetic> vectors) {
        return new PlainThenVectors(new AttentionTiles.Vectors(), vectors, 20L * COUNT);
    }

    private void assertNormsStayRight(PlainThenVectors arithmetic) {
        long gain = random(COUNT, 1);
        long x = random(COUNT, 1);
        for (int i = 0; i < 30; i++) {
            long a = copy(x, COUNT);
            long b = copy(x, COUNT);
            arithmetic.rmsNorm(a, gain, 1e-5f, a, COUNT);
            plain.norms().rmsNorm(b, gain, 1e-5f, b, COUNT);
            assertArrayEquals(bits(b, COUNT), bits(a, COUNT));
        }
    }
}
