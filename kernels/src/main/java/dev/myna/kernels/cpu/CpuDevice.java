// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.CodeListener;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.format.NativeMemory;
import dev.myna.kernels.operand.Checks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.Optional;

/**
 * The CPU as a device. Each operation checks shapes and scopes, then takes a turn of the {@link WorkerTeam}, writes its
 * operands to a task object that is kept for it, and has the team compute the task's units with one implementation of
 * {@link RangeKernels}: nothing is allocated. Scopes must not be closed while an operation uses them.
 */
public final class CpuDevice implements Device {
    private final RangeKernels kernels;
    private final String refusal;
    private final WorkerTeam team;
    private final Multiplication product;
    private final WorkerTeam.Task prepareProduct;
    private final WorkerTeam.Task multiply;
    private int productRows;
    private final CpuNorms norms;
    private final CpuElementwise elementwise;
    private final CpuAttention attention;
    private final CpuGrids grids;
    private final Embed embed = new Embed();

    CpuDevice(RangeKernels kernels, int threads) {
        this(new CpuChoice(kernels, null), threads);
    }

    private CpuDevice(CpuChoice choice, int threads) {
        kernels = choice.kernels();
        refusal = choice.refusal();
        team = new WorkerTeam(threads);
        product = kernels.multiplication();
        prepareProduct = product::prepare;
        multiply = (first, end, scratch) -> {
            int rows = product.rowsPerUnit();
            product.multiply(first * rows, Math.min(end * rows, productRows), scratch);
        };
        norms = new CpuNorms(kernels, team);
        elementwise = new CpuElementwise(kernels, team);
        attention = new CpuAttention(kernels, team);
        grids = new CpuGrids(kernels, team);
    }

    /** The scalar reference on the calling thread. */
    public static CpuDevice scalar() {
        return new CpuDevice(new ScalarKernels(), 1);
    }

    /**
     * The best implementation that runs here, from {@code best} on, on {@code threads} threads.
     *
     * @param listener is told of machine code
     * @throws DeviceException if this JVM was started so that native memory may not be used
     */
    public static CpuDevice open(CpuKernels best, int threads, CodeListener listener) {
        requireNativeMemory();
        return new CpuDevice(CpuChoice.of(best, listener), threads);
    }

    private static void requireNativeMemory() {
        try {
            Objects.requireNonNull(NativeMemory.ALL);
        } catch (LinkageError e) {
            Module here = CpuDevice.class.getModule();
            throw new DeviceException(
                    DeviceException.Fault.ABSENT,
                    "CPU: this JVM does not let Myna use native memory; start java with --enable-native-access="
                            + (here.isNamed() ? here.getName() : "ALL-UNNAMED"));
        }
    }

    /** One line saying what runs here at best, and why. */
    public static String describe() {
        return CpuChoice.describe();
    }

    /** Why machine code does not run here; empty if it does. */
    public static Optional<String> jitRefusal() {
        return Optional.ofNullable(CpuChoice.jitRefusal());
    }

    @Override
    public String description() {
        return "CPU, " + kernels.name() + ", " + team.size() + (team.size() == 1 ? " thread" : " threads");
    }

    @Override
    public String kernels() {
        return kernels.label();
    }

    @Override
    public Optional<String> fallback() {
        if (refusal == null) {
            return Optional.empty();
        }
        return Optional.of(
                kernels instanceof ScalarKernels
                        ? "computing with scalar code, tens of times slower: " + refusal
                        : "computing with the " + kernels.label() + "; no machine code: " + refusal);
    }

    @Override
    public int fewRows() {
        return product.fewRows();
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
        Checks.requireSize(rows, width);
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
        Checks.requireRange(offset, count, source.length, "source");
        to.address();
        MemorySegment.copy(source, offset, to.memory(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
    }

    @Override
    public void read(Buffer source, float[] target, int offset, int n) {
        CpuBuffer from = Operands.buffer(source, "source", n);
        int count = Math.multiplyExact(n, from.width());
        Checks.requireRange(offset, count, target.length, "target");
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

    /** A unit is one row. */
    private static final class Embed implements WorkerTeam.Task {
        private Dequantizer format;
        private long table;
        private long rowBytes;
        private long blocks;
        private int[] ids;
        private int offset;
        private long out;
        private int width;

        @Override
        public void run(int from, int to, Scratch scratch) {
            long work = scratch.floats(Dequantizer.WORK_BYTES / 4);
            for (int i = from; i < to; i++) {
                format.dequantize(table + ids[offset + i] * rowBytes, out + i * (width * 4L), blocks, work);
            }
        }
    }

    @Override
    public void embed(Weight table, int[] ids, int offset, Buffer out, int n) {
        CpuWeight weight = Operands.weight(table, "table");
        CpuBuffer to = Operands.buffer(out, "out", n, weight.width());
        Checks.requireIds(ids, offset, n, weight.rows());
        TensorType type = weight.tensor().type();
        try (WorkerTeam.Turn turn = team.turn()) {
            embed.format = kernels.dequantizer(type);
            embed.table = weight.address();
            embed.rowBytes = weight.rowBytes();
            embed.blocks = weight.width() / type.blockSize();
            embed.ids = ids;
            embed.offset = offset;
            embed.out = to.address();
            embed.width = weight.width();
            turn.run(n, weight.width(), embed);
            embed.ids = null;
        }
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
        multiply(
                matrix.tensor().type(),
                matrix.address(),
                biasAddress,
                from.address(),
                to.address(),
                matrix.rows(),
                matrix.width(),
                n);
        keep(matrix, bias, from, to);
    }

    @Override
    public void matmulTransposed(Buffer in, Buffer rows, Buffer out, int n) {
        CpuBuffer right = Operands.buffer(rows, "rows", 0);
        CpuBuffer from = Operands.buffer(in, "in", n, right.width());
        CpuBuffer to = Operands.buffer(out, "out", n, right.rows());
        Operands.requireApart(from, to);
        Operands.requireApart(right, to);
        multiply(TensorType.F32, right.address(), 0, from.address(), to.address(), right.rows(), right.width(), n);
        keep(right, from, to, null);
    }

    private void multiply(TensorType type, long weights, long bias, long in, long out, int m, int k, int n) {
        if (n == 0) {
            return;
        }
        try (WorkerTeam.Turn turn = team.turn()) {
            product.describe(type, weights, bias, in, out, m, k, n);
            productRows = m;
            if (product.preparations() > 0) {
                turn.run(product.preparations(), n / product.preparations() * (long) k, prepareProduct);
            }
            int rows = product.rowsPerUnit();
            turn.run((m - 1) / rows + 1, rows * (long) n * k, multiply);
        }
    }

    @Override
    public void rmsNorm(Buffer in, Weight gain, float eps, Buffer out, int n) {
        norms.rmsNorm(in, gain, eps, out, n);
    }

    @Override
    public void layerNorm(Buffer in, Weight gain, Weight bias, float eps, Buffer out, int n) {
        norms.layerNorm(in, gain, bias, eps, out, n);
    }

    @Override
    public void softmax(Buffer x, int n) {
        norms.softmax(x, n);
    }

    @Override
    public void rope(Buffer x, Batch batch, Rope rope) {
        attention.rope(x, batch, rope);
    }

    @Override
    public void storeKv(Buffer keys, Buffer values, Batch batch, int layer) {
        attention.storeKv(keys, values, batch, layer);
    }

    @Override
    public boolean copyKv(KvCache source, KvCache target, int count) {
        if (!source.shape().equals(target.shape())) {
            throw Checks.misfit("target: its shape is %s, the source's %s", target.shape(), source.shape());
        }
        CpuKvCache from = (CpuKvCache) source;
        from.requireAlive();
        for (int layer = 0; layer < source.shape().layers(); layer++) {
            if (!from.holds(layer, count - 1)) {
                throw Checks.misfit("source: positions 0 to %d are not all stored", count - 1);
            }
        }
        ((CpuKvCache) target).copyFrom(from, count);
        return true;
    }

    @Override
    public void attendCausal(Buffer query, Batch batch, int layer, Heads heads, Buffer out) {
        attention.attendCausal(query, batch, layer, heads, out);
    }

    @Override
    public void attendFull(Buffer query, Buffer key, Buffer value, int group, Heads heads, Buffer out, int n) {
        attention.attendFull(query, key, value, group, heads, out, n);
    }

    @Override
    public void add(Buffer x, Buffer y, int n) {
        elementwise.addScaled(x, y, 1, n);
    }

    @Override
    public void addScaled(Buffer x, Buffer y, float scale, int n) {
        elementwise.addScaled(x, y, scale, n);
    }

    @Override
    public void scale(Buffer x, float factor, int n) {
        elementwise.scale(x, factor, n);
    }

    @Override
    public void addRows(Buffer x, Weight rows, int n) {
        elementwise.addRows(x, rows, n);
    }

    @Override
    public void mulRow(Buffer x, Buffer row, int n) {
        elementwise.mulRow(x, row, n);
    }

    @Override
    public void activate(Activation f, Buffer x, int n) {
        elementwise.activate(f, x, n);
    }

    @Override
    public void siluMul(Buffer gate, Buffer up, int n) {
        elementwise.siluMul(gate, up, n);
    }

    @Override
    public void depthwiseConv3x3(
            Buffer in, int gridHeight, int gridWidth, Weight weight, Weight bias, int stride, Buffer out) {
        grids.depthwiseConv3x3(in, gridHeight, gridWidth, weight, bias, stride, out);
    }

    @Override
    public void averagePool2x2(Buffer in, int gridHeight, int gridWidth, Buffer out) {
        grids.averagePool2x2(in, gridHeight, gridWidth, out);
    }

    @Override
    public void meanRows(Buffer in, Buffer out, int n) {
        grids.meanRows(in, out, n);
    }

    @Override
    public void close() {
        team.close();
    }

    /** Keeps operands, and with them memory owned by automatic arenas, reachable until the arithmetic is done. */
    private static void keep(Object a, Object b, Object c, Object d) {
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        Reference.reachabilityFence(c);
        Reference.reachabilityFence(d);
    }
}
