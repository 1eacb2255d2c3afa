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
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Rope;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.kernels.cpu.attention.CpuAttention;
import dev.myna.kernels.cpu.elementwise.CpuElementwise;
import dev.myna.kernels.cpu.grids.CpuGrids;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.cpu.matmul.CpuMatMul;
import dev.myna.kernels.cpu.norms.CpuNorms;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.CpuWeight;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.cpu.rope.CpuRope;
import dev.myna.kernels.machine.NativeMemory;
import dev.myna.kernels.machine.WorkerTeam;
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
 * {@link CpuArithmetic}: nothing is allocated. Scopes must not be closed while an operation uses them.
 */
public final class CpuDevice implements Device {
    private final CpuImplementation implementation;
    private final String refusal;
    private final WorkerTeam team;
    private final CpuMatMul matmul;
    private final CpuNorms norms;
    private final CpuElementwise elementwise;
    private final CpuRope rope;
    private final CpuAttention attention;
    private final CpuGrids grids;

    private CpuDevice(CpuChoice choice, int threads) {
        implementation = choice.implementation();
        refusal = choice.refusal();
        team = new WorkerTeam(threads);
        CpuArithmetic arithmetic = implementation.arithmetic();
        matmul = new CpuMatMul(implementation.matmul(), team);
        norms = new CpuNorms(arithmetic.norms(), team);
        elementwise = new CpuElementwise(arithmetic.elementwise(), team);
        rope = new CpuRope(arithmetic.rope(), team);
        attention = new CpuAttention(arithmetic.attention(), team);
        grids = new CpuGrids(arithmetic.grids(), team);
    }

    /** The scalar reference on the calling thread. */
    public static CpuDevice scalar() {
        return new CpuDevice(new CpuChoice(CpuImplementation.scalar(), null), 1);
    }

    /**
     * The best implementation that runs here, from {@code best} on, on {@code threads} threads.
     *
     * @param listener receives machine code
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
        return "CPU, " + implementation.name() + ", " + team.size() + (team.size() == 1 ? " thread" : " threads");
    }

    @Override
    public String kernels() {
        return implementation.label();
    }

    @Override
    public Optional<String> fallback() {
        if (refusal == null) {
            return Optional.empty();
        }
        return Optional.of(
                implementation.kind() == CpuKernels.SCALAR
                        ? "computing with scalar code, tens of times slower: " + refusal
                        : "computing with the " + implementation.label() + "; no machine code: " + refusal);
    }

    @Override
    public int fewRows() {
        return matmul.fewRows();
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
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(to);
    }

    @Override
    public void embed(Weight table, int[] ids, int offset, Buffer out, int n) {
        matmul.embed(table, ids, offset, out, n);
    }

    @Override
    public void matmul(Linear linear, Buffer in, Buffer out, int n) {
        matmul.matmul(linear, in, out, n);
    }

    @Override
    public void matmulAdd(Linear linear, Buffer in, Buffer x, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n, linear.outputs());
        try (WorkerTeam.Turn turn = team.turn()) {
            long product = matmul.toScratch(turn, linear, in, n);
            elementwise.addScaled(turn, target, product, 1, n);
        }
    }

    @Override
    public void gatedMatmul(Activation f, Linear up, Buffer in, Buffer gate, int n) {
        CpuBuffer target = Operands.buffer(gate, "gate", n, up.outputs());
        try (WorkerTeam.Turn turn = team.turn()) {
            long product = matmul.toScratch(turn, up, in, n);
            elementwise.gate(turn, f, target, product, n);
        }
    }

    @Override
    public void matmulTransposed(Buffer in, Buffer rows, Buffer out, int n) {
        matmul.matmulTransposed(in, rows, out, n);
    }

    @Override
    public void rmsNorm(Norm norm, Buffer in, Buffer out, int n) {
        norms.rmsNorm(norm, in, out, n);
    }

    @Override
    public void layerNorm(Norm norm, Buffer in, Buffer out, int n) {
        norms.layerNorm(norm, in, out, n);
    }

    @Override
    public void softmax(Buffer x, int n) {
        norms.softmax(x, n);
    }

    @Override
    public void rope(Buffer x, Batch batch, Rope rope) {
        this.rope.rope(x, batch, rope);
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
            int first = source.shape().windows().isEmpty()
                    ? 0
                    : Math.max(0, count - source.shape().windows().get(layer) + 1);
            if (first < count && !from.holds(layer, first, count - 1)) {
                throw Checks.misfit("source: positions %d to %d are not all stored", first, count - 1);
            }
        }
        ((CpuKvCache) target).copyFrom(from, count);
        return true;
    }

    @Override
    public void attendCausal(Buffer query, Batch batch, int layer, Heads heads, int window, Buffer out) {
        attention.attendCausal(query, batch, layer, heads, window, out);
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
    public void depthwiseConv3x3(Buffer in, int gridHeight, int gridWidth, Linear kernel, int stride, Buffer out) {
        grids.depthwiseConv3x3(in, gridHeight, gridWidth, kernel, stride, out);
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
}
