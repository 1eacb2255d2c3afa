// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.CodeListener;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.Elementwise;
import dev.myna.kernels.Grids;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Matrices;
import dev.myna.kernels.Norms;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.kernels.cpu.attention.CpuAttention;
import dev.myna.kernels.cpu.elementwise.CpuElementwise;
import dev.myna.kernels.cpu.grids.CpuGrids;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.cpu.matmul.CpuMatrices;
import dev.myna.kernels.cpu.norms.CpuNorms;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.CpuWeight;
import dev.myna.kernels.cpu.operand.Operands;
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
    private final CpuMatrices matrices;
    private final CpuNorms norms;
    private final CpuAttention attention;
    private final CpuElementwise elementwise;
    private final CpuGrids grids;

    private CpuDevice(CpuChoice choice, int threads) {
        implementation = choice.implementation();
        refusal = choice.refusal();
        team = new WorkerTeam(threads);
        CpuArithmetic arithmetic = implementation.arithmetic();
        norms = new CpuNorms(arithmetic.norms(), team);
        attention = new CpuAttention(arithmetic.attention(), arithmetic.rope(), team);
        elementwise = new CpuElementwise(arithmetic.elementwise(), team);
        matrices = new CpuMatrices(implementation.matmul(), elementwise, team);
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
        return matrices.fewRows();
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
        int count = Checks.elements(to, n, source, offset, "source");
        to.address();
        MemorySegment.copy(source, offset, to.memory(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
    }

    @Override
    public void read(Buffer source, float[] target, int offset, int n) {
        CpuBuffer from = Operands.buffer(source, "source", n);
        int count = Checks.elements(from, n, target, offset, "target");
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
    public Matrices matrices() {
        return matrices;
    }

    @Override
    public Norms norms() {
        return norms;
    }

    @Override
    public Attention attention() {
        return attention;
    }

    @Override
    public Elementwise elementwise() {
        return elementwise;
    }

    @Override
    public Grids grids() {
        return grids;
    }

    @Override
    public void close() {
        team.close();
    }
}
