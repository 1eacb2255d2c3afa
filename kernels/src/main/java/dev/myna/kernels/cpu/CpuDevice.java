// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.format.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * The CPU as a device: checks shapes and scopes, cuts each operation into units and has a {@link WorkerTeam} compute them
 * with one implementation of {@link RangeKernels}. Scopes must not be closed while an operation uses them.
 */
public final class CpuDevice implements Device {
    /** Elements per unit of an element-wise operation, so that bands end on whole vectors. */
    private static final int BLOCK = 256;

    private final RangeKernels kernels;
    private final WorkerTeam team;
    private final RopeTables ropeTables = new RopeTables();

    private CpuDevice(RangeKernels kernels, int threads) {
        this.kernels = kernels;
        team = new WorkerTeam(threads);
    }

    /** The scalar reference on the calling thread. */
    public static CpuDevice scalar() {
        return new CpuDevice(new ScalarKernels(), 1);
    }

    /** The fastest implementation this JVM can run, on {@code threads} threads. */
    public static CpuDevice fastest(int threads) {
        return new CpuDevice(CpuChoice.kernels(), threads);
    }

    /** One line saying what {@link #fastest} uses and why. */
    public static String describe() {
        return CpuChoice.describe();
    }

    @Override
    public String description() {
        return "CPU, " + kernels.name() + ", " + team.size() + (team.size() == 1 ? " thread" : " threads");
    }

    @Override
    public Weight load(Tensor tensor) {
        if (tensor.width() > Integer.MAX_VALUE || tensor.rows() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "tensor " + tensor.name() + ": shape " + tensor.shape() + " has a side above " + Integer.MAX_VALUE);
        }
        CpuWeight weight = new CpuWeight(tensor);
        weight.address();
        return weight;
    }

    @Override
    public Buffer allocate(Arena scope, int rows, int width) {
        Operands.require(rows > 0 && width > 0, "buffer: rows and width must be positive, not %d x %d", rows, width);
        long bytes = Math.multiplyExact((long) rows * width, (long) Float.BYTES);
        return new CpuBuffer(scope.allocate(bytes, 64), rows, width);
    }

    @Override
    public KvCache allocateKvCache(Arena scope, KvCache.Shape shape) {
        shape.bytes();
        return new CpuKvCache(scope, shape);
    }

    @Override
    public void write(Buffer target, float[] source, int offset, int n) {
        CpuBuffer to = Operands.buffer(target, "target", n);
        int count = Math.multiplyExact(n, to.width());
        Operands.requireRange(offset, count, source.length, "source");
        to.address();
        MemorySegment.copy(source, offset, to.memory(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
    }

    @Override
    public void read(Buffer source, float[] target, int offset, int n) {
        CpuBuffer from = Operands.buffer(source, "source", n);
        int count = Math.multiplyExact(n, from.width());
        Operands.requireRange(offset, count, target.length, "target");
        from.address();
        MemorySegment.copy(from.memory(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, target, offset, count);
    }

    @Override
    public void copy(Buffer source, Buffer target, int n) {
        CpuBuffer from = Operands.buffer(source, "source", n);
        CpuBuffer to = Operands.buffer(target, "target", n, from.width());
        NativeMemory.copy(from.address(), to.address(), n * from.rowBytes());
        keep(from, to, null, null);
    }

    @Override
    public void embed(Weight table, int[] ids, int offset, Buffer out, int n) {
        CpuWeight weight = Operands.weight(table, "table");
        CpuBuffer to = Operands.buffer(out, "out", n, weight.width());
        Operands.requireRange(offset, n, ids.length, "ids");
        int rows = weight.rows();
        for (int i = 0; i < n; i++) {
            int id = ids[offset + i];
            Operands.require(id >= 0 && id < rows, "ids: %d is not a row of a table of %d", id, rows);
        }
        Dequantizer format = kernels.dequantizer(weight.tensor().type());
        long blocks = weight.width() / weight.tensor().type().blockSize();
        long from = weight.address();
        long rowBytes = weight.tensor().rowBytes();
        long target = to.address();
        run(n, weight.width(), (first, end, scratch) -> {
            for (int i = first; i < end; i++) {
                format.dequantize(from + ids[offset + i] * rowBytes, target + i * to.rowBytes(), blocks);
            }
        });
        keep(weight, to, null, null);
    }

    @Override
    public void matmul(Weight weight, Weight bias, Buffer in, Buffer out, int n) {
        CpuWeight matrix = Operands.weight(weight, "weight");
        CpuBuffer from = Operands.buffer(in, "in", n, matrix.width());
        CpuBuffer to = Operands.buffer(out, "out", n, matrix.rows());
        Operands.requireApart(from, to);
        long biasAddress =
                bias == null ? 0 : Operands.vector(bias, "bias", matrix.rows()).floats();
        matmul(new MatMulJob(
                matrix.tensor().type(),
                matrix.address(),
                biasAddress,
                from.address(),
                to.address(),
                matrix.rows(),
                matrix.width(),
                n));
        keep(matrix, bias, from, to);
    }

    @Override
    public void matmulTransposed(Buffer in, Buffer rows, Buffer out, int n) {
        CpuBuffer right = Operands.buffer(rows, "rows", 0);
        CpuBuffer from = Operands.buffer(in, "in", n, right.width());
        CpuBuffer to = Operands.buffer(out, "out", n, right.rows());
        Operands.requireApart(from, to);
        Operands.requireApart(right, to);
        matmul(new MatMulJob(
                TensorType.F32, right.address(), 0, from.address(), to.address(), right.rows(), right.width(), n));
        keep(right, from, to, null);
    }

    private void matmul(MatMulJob job) {
        int tile = 4;
        int units = (job.m() - 1) / tile + 1;
        run(units, tile * (long) job.n() * job.k(), (first, end, scratch) -> {
            if (job.n() > 0) {
                kernels.matmul(job, first * tile, Math.min(end * tile, job.m()), scratch);
            }
        });
    }

    @Override
    public void rmsNorm(Buffer in, Weight gain, float eps, Buffer out, int n) {
        CpuBuffer from = Operands.buffer(in, "in", n);
        int width = from.width();
        CpuBuffer to = Operands.buffer(out, "out", n, width);
        long gains = Operands.vector(gain, "gain", width).floats();
        long source = from.address();
        long target = to.address();
        run(n, width, (first, end, scratch) -> {
            for (int i = first; i < end; i++) {
                long offset = i * from.rowBytes();
                kernels.rmsNorm(source + offset, gains, eps, target + offset, width);
            }
        });
        keep(from, to, gain, null);
    }

    @Override
    public void layerNorm(Buffer in, Weight gain, Weight bias, float eps, Buffer out, int n) {
        CpuBuffer from = Operands.buffer(in, "in", n);
        int width = from.width();
        CpuBuffer to = Operands.buffer(out, "out", n, width);
        long gains = Operands.vector(gain, "gain", width).floats();
        long biases = Operands.vector(bias, "bias", width).floats();
        long source = from.address();
        long target = to.address();
        run(n, width, (first, end, scratch) -> {
            for (int i = first; i < end; i++) {
                long offset = i * from.rowBytes();
                kernels.layerNorm(source + offset, gains, biases, eps, target + offset, width);
            }
        });
        keep(from, to, gain, bias);
    }

    @Override
    public void rope(Buffer x, Batch batch, Rope rope) {
        int n = batch.rows();
        CpuBuffer rows = Operands.buffer(x, "x", n);
        int headDim = rope.headDim();
        Operands.require(
                rows.width() % headDim == 0, "x: width %d is not a number of heads of dim %d", rows.width(), headDim);
        int last = 0;
        for (int i = 0; i < n; i++) {
            last = Math.max(last, batch.position(i));
        }
        RopeTables.Table table = ropeTables.upTo(last, rope);
        long address = rows.address();
        int heads = rows.width() / headDim;
        run(n, rows.width(), (first, end, scratch) -> {
            for (int i = first; i < end; i++) {
                long factors = table.factors(batch.position(i));
                for (int head = 0; head < heads; head++) {
                    kernels.rotate(
                            address + i * rows.rowBytes() + head * (headDim * 4L), factors, headDim, rope.pairing());
                }
            }
        });
        keep(rows, table, null, null);
    }

    @Override
    public void storeKv(Buffer keys, Buffer values, Batch batch, int layer) {
        int n = batch.rows();
        CpuBuffer keyRows = Operands.buffer(keys, "keys", n);
        int width = keyRows.width();
        CpuBuffer valueRows = Operands.buffer(values, "values", n, width);
        for (int i = 0; i < n; i++) {
            Operands.cache(batch, i, layer, width).reserve(layer, batch.position(i));
        }
        long keyAddress = keyRows.address();
        long valueAddress = valueRows.address();
        run(n, 2L * width, (first, end, scratch) -> {
            for (int i = first; i < end; i++) {
                CpuKvCache cache = (CpuKvCache) batch.cache(i);
                int position = batch.position(i);
                long offset = i * keyRows.rowBytes();
                store(cache, keyAddress + offset, cache.keys(layer, position));
                store(cache, valueAddress + offset, cache.values(layer, position));
            }
        });
        keep(keyRows, valueRows, batch, null);
    }

    private void store(CpuKvCache cache, long from, long to) {
        if (cache.half()) {
            kernels.toHalf(from, to, cache.shape().width());
        } else {
            NativeMemory.copy(from, to, cache.rowBytes());
        }
    }

    @Override
    public void attendCausal(Buffer query, Batch batch, int layer, Heads heads, Buffer out) {
        int n = batch.rows();
        CpuBuffer queries = Operands.buffer(query, "query", n, Math.multiplyExact(heads.count(), heads.dim()));
        CpuBuffer to = Operands.buffer(out, "out", n, queries.width());
        Operands.requireApart(queries, to);
        long positions = 0;
        for (int i = 0; i < n; i++) {
            CpuKvCache cache = Operands.cache(batch, i, layer, Math.multiplyExact(heads.kvCount(), heads.dim()));
            int last = batch.position(i);
            Operands.require(cache.holds(layer, last), "batch row %d: positions 0 to %d are not all stored", i, last);
            positions += last + 1;
        }
        CausalAttentionJob job = CausalAttentionJob.of(queries.address(), to.address(), batch, layer, heads);
        long work = n == 0 ? 0 : 2 * positions * queries.width() / job.units();
        run(job.units(), work, (first, end, scratch) -> {
            for (int unit = first; unit < end; unit++) {
                kernels.attendCausal(job, unit, scratch);
            }
        });
        keep(queries, to, batch, null);
    }

    @Override
    public void attendFull(Buffer query, Buffer key, Buffer value, int group, Heads heads, Buffer out, int n) {
        int width = Math.multiplyExact(heads.count(), heads.dim());
        int kvWidth = Math.multiplyExact(heads.kvCount(), heads.dim());
        Operands.require(group > 0 && n % group == 0, "%d rows are not a number of groups of %d", n, group);
        CpuBuffer queries = Operands.buffer(query, "query", n, width);
        CpuBuffer keys = Operands.buffer(key, "key", n, kvWidth);
        CpuBuffer values = Operands.buffer(value, "value", n, kvWidth);
        CpuBuffer to = Operands.buffer(out, "out", n, width);
        Operands.requireApart(queries, to);
        Operands.requireApart(keys, to);
        Operands.requireApart(values, to);
        FullAttentionJob job =
                new FullAttentionJob(queries.address(), keys.address(), values.address(), to.address(), group, heads);
        int units = Math.multiplyExact(n / group, heads.count());
        run(units, 2L * group * group * heads.dim(), (first, end, scratch) -> {
            for (int unit = first; unit < end; unit++) {
                kernels.attendFull(job, unit, scratch);
            }
        });
        keep(queries, keys, values, to);
    }

    @Override
    public void add(Buffer x, Buffer y, int n) {
        addScaled(x, y, 1, n);
    }

    @Override
    public void addScaled(Buffer x, Buffer y, float scale, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        CpuBuffer source = Operands.buffer(y, "y", n, target.width());
        long to = target.address();
        long from = source.address();
        elementwise(target, n, 1, (offset, count) -> kernels.addScaled(to + offset, from + offset, scale, count));
        keep(target, source, null, null);
    }

    @Override
    public void scale(Buffer x, float factor, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        long to = target.address();
        elementwise(target, n, 1, (offset, count) -> kernels.scale(to + offset, factor, count));
        keep(target, null, null, null);
    }

    @Override
    public void addRows(Buffer x, Weight rows, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        CpuWeight table = Operands.weight(rows, "rows");
        int width = target.width();
        Operands.require(table.width() == width, "rows: width %d, not %d", table.width(), width);
        int period = table.rows();
        long to = target.address();
        long from = table.floats();
        run(n, width, (first, end, scratch) -> {
            for (int i = first; i < end; i++) {
                kernels.addScaled(to + i * target.rowBytes(), from + i % period * target.rowBytes(), 1, width);
            }
        });
        keep(target, table, null, null);
    }

    @Override
    public void mulRow(Buffer x, Buffer row, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        int width = target.width();
        CpuBuffer factors = Operands.buffer(row, "row", 1, width);
        long to = target.address();
        long from = factors.address();
        run(n, width, (first, end, scratch) -> {
            for (int i = first; i < end; i++) {
                kernels.mul(to + i * target.rowBytes(), from, width);
            }
        });
        keep(target, factors, null, null);
    }

    @Override
    public void activate(Activation f, Buffer x, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        long to = target.address();
        elementwise(target, n, 4, (offset, count) -> kernels.activate(f, to + offset, count));
        keep(target, null, null, null);
    }

    @Override
    public void siluMul(Buffer gate, Buffer up, int n) {
        CpuBuffer target = Operands.buffer(gate, "gate", n);
        CpuBuffer factors = Operands.buffer(up, "up", n, target.width());
        long to = target.address();
        long from = factors.address();
        elementwise(target, n, 4, (offset, count) -> kernels.siluMul(to + offset, from + offset, count));
        keep(target, factors, null, null);
    }

    @Override
    public void softmax(Buffer x, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        int width = target.width();
        long to = target.address();
        run(n, 4L * width, (first, end, scratch) -> {
            for (int i = first; i < end; i++) {
                kernels.softmax(to + i * target.rowBytes(), width);
            }
        });
        keep(target, null, null, null);
    }

    @Override
    public void depthwiseConv3x3(
            Buffer in, int gridHeight, int gridWidth, Weight weight, Weight bias, int stride, Buffer out) {
        Operands.require(stride > 0, "stride must be positive, not %d", stride);
        CpuBuffer from = Operands.grid(in, gridHeight, gridWidth);
        int channels = from.width();
        CpuWeight taps = Operands.depthwise(weight, channels);
        long biasAddress =
                bias == null ? 0 : Operands.vector(bias, "bias", channels).floats();
        grid(from, gridHeight, gridWidth, taps.taps(), biasAddress, stride, out, 9, kernels::convolve);
        keep(from, taps, bias, out);
    }

    @Override
    public void averagePool2x2(Buffer in, int gridHeight, int gridWidth, Buffer out) {
        CpuBuffer from = Operands.grid(in, gridHeight, gridWidth);
        Operands.require(
                gridHeight % 2 == 0 && gridWidth % 2 == 0, "grid %d x %d has an odd side", gridHeight, gridWidth);
        grid(from, gridHeight, gridWidth, 0, 0, 2, out, 4, kernels::averagePool);
        keep(from, out, null, null);
    }

    private void grid(
            CpuBuffer from,
            int height,
            int width,
            long taps,
            long bias,
            int stride,
            Buffer out,
            int cost,
            Pixel pixel) {
        int rows = Math.multiplyExact((height - 1) / stride + 1, (width - 1) / stride + 1);
        CpuBuffer to = Operands.buffer(out, "out", rows, from.width());
        Operands.requireApart(from, to);
        GridJob job = new GridJob(from.address(), height, width, from.width(), taps, bias, stride, to.address());
        run(rows, (long) cost * from.width(), (first, end, scratch) -> {
            for (int unit = first; unit < end; unit++) {
                pixel.compute(job, unit);
            }
        });
    }

    @Override
    public void meanRows(Buffer in, Buffer out, int n) {
        CpuBuffer from = Operands.buffer(in, "in", n);
        int width = from.width();
        CpuBuffer to = Operands.buffer(out, "out", 1, width);
        Operands.requireApart(from, to);
        Operands.require(n > 0, "in: the mean of %d rows does not exist", n);
        long source = from.address();
        long target = to.address();
        run(
                (width - 1) / BLOCK + 1,
                (long) BLOCK * n,
                (first, end, scratch) ->
                        kernels.meanRows(source, n, width, target, first * BLOCK, Math.min(end * BLOCK, width)));
        keep(from, to, null, null);
    }

    @Override
    public void close() {
        team.close();
    }

    private void elementwise(CpuBuffer x, int n, int cost, Range range) {
        long count = (long) n * x.width();
        int units = Math.toIntExact((count + BLOCK - 1) / BLOCK);
        run(units, (long) cost * BLOCK, (first, end, scratch) -> {
            long from = (long) first * BLOCK;
            range.compute(from * Float.BYTES, Math.min((long) end * BLOCK, count) - from);
        });
    }

    private void run(int units, long workPerUnit, WorkerTeam.Bands bands) {
        if (units > 0) {
            team.run(units, units * workPerUnit, bands);
        }
    }

    /** Keeps operands, and with them memory owned by automatic arenas, reachable until the arithmetic is done. */
    private static void keep(Object a, Object b, Object c, Object d) {
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        Reference.reachabilityFence(c);
        Reference.reachabilityFence(d);
    }

    /** An element-wise operation on {@code count} elements at a byte offset. */
    private interface Range {
        void compute(long offset, long count);
    }

    /** One output pixel. */
    private interface Pixel {
        void compute(GridJob job, int unit);
    }
}
