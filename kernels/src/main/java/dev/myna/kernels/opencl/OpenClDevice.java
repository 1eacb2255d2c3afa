// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.Elementwise;
import dev.myna.kernels.Grids;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Matrices;
import dev.myna.kernels.Norms;
import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.ProgramCache;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.kernels.opencl.attention.ClAttention;
import dev.myna.kernels.opencl.attention.ClKvCache;
import dev.myna.kernels.opencl.machine.ClBuffer;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClMemory;
import dev.myna.kernels.opencl.machine.ClMemoryPool;
import dev.myna.kernels.opencl.machine.ClOperands;
import dev.myna.kernels.opencl.machine.ClPlatforms;
import dev.myna.kernels.opencl.machine.ClWeight;
import dev.myna.kernels.opencl.machine.ShapeOverride;
import dev.myna.kernels.opencl.matmul.ClMatMul;
import dev.myna.kernels.opencl.matmul.WeightUpload;
import dev.myna.kernels.operand.Checks;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * An OpenCL device. Each operation checks shapes and scopes, then queues one or two kernels and returns; only {@link #read} waits.
 * Weights stay on the device until it is closed, buffers and caches as long as their scopes. What the driver refuses is a
 * {@link DeviceException}.
 */
public final class OpenClDevice implements Device {
    private final ClMachine machine;
    private final ClMatMul matmul;
    private final ClMatrices matrices;
    private final ClNorms norms;
    private final ClAttention attention;
    private final ClElementwise elementwise;
    private final ClGrids grids;
    private final List<ClMemory> weights = new ArrayList<>();
    private boolean closed;

    private OpenClDevice(ClMachine machine) {
        this.machine = machine;
        matmul = new ClMatMul(machine);
        norms = new ClNorms(machine);
        attention = new ClAttention(machine);
        elementwise = new ClElementwise(machine, matmul);
        matrices = new ClMatrices(matmul, elementwise);
        grids = new ClGrids(machine);
        machine.basic("rms_norm");
    }

    /**
     * Opens a device.
     *
     * @param index its number; empty for the first GPU, or else the first device
     * @throws DeviceException if there is none, or its driver does not build the kernels
     */
    public static OpenClDevice open(OptionalInt index, ProgramCache cache) {
        return open(index, cache, ShapeOverride.ofProperties());
    }

    /** As {@link #open(OptionalInt, ProgramCache)}, with work-groups of other shapes than the device would be given. */
    static OpenClDevice open(OptionalInt index, ProgramCache cache, ShapeOverride override) {
        ClMachine machine = ClMachine.open(ClPlatforms.choose(index), cache, override);
        try {
            return new OpenClDevice(machine);
        } catch (RuntimeException e) {
            machine.close();
            throw e;
        }
    }

    /** The device as its driver describes it. */
    public OpenClInfo info() {
        return machine.info();
    }

    @Override
    public String description() {
        return machine.info().description();
    }

    @Override
    public String kernels() {
        return "OpenCL";
    }

    @Override
    public long memoryInUse() {
        return machine.pool().inUse();
    }

    /** {@link #memoryInUse} as the driver counts it, memory object by memory object. */
    long measuredMemory() {
        return machine.pool().measured();
    }

    @Override
    public int fewRows() {
        return ClMatMul.MAX_VECTORS;
    }

    @Override
    public synchronized Weight load(Tensor tensor) {
        if (closed) {
            throw new IllegalStateException("the device is closed");
        }
        ClWeight weight = new WeightUpload(machine.pool(), machine.queue()).load(tensor);
        weights.add(weight.memory());
        matmul.prepare(weight.type());
        return weight;
    }

    @Override
    public Buffer allocate(Arena scope, int rows, int width) {
        Checks.requireSize(rows, width);
        long bytes = Math.multiplyExact((long) rows * width, (long) Float.BYTES);
        machine.queue().requireOpen();
        ClMemory memory = machine.pool().allocate(bytes, "activations");
        ClBuffer buffer = new ClBuffer(memory, ClMemoryPool.bind(memory, scope), 0, rows, width);
        machine.queue().clear(memory);
        return buffer;
    }

    @Override
    public KvCache allocateKvCache(Arena scope, KvCache.Shape shape) {
        machine.queue().requireOpen();
        attention.prepare(shape);
        return new ClKvCache(machine.pool(), machine.queue(), scope, shape);
    }

    @Override
    public void synchronize() {
        machine.queue().finish();
    }

    @Override
    public void write(Buffer target, float[] source, int offset, int n) {
        ClBuffer to = ClOperands.buffer(target, "target", n);
        int count = Checks.elements(to, n, source, offset, "source");
        if (count > 0) {
            machine.queue().write(to, source, offset, count);
        }
    }

    @Override
    public void read(Buffer source, float[] target, int offset, int n) {
        ClBuffer from = ClOperands.buffer(source, "source", n);
        int count = Checks.elements(from, n, target, offset, "target");
        if (count > 0) {
            machine.queue().read(from, target, offset, count);
        }
    }

    @Override
    public void copy(Buffer source, Buffer target, int n) {
        ClBuffer from = ClOperands.buffer(source, "source", n);
        ClBuffer to = ClOperands.buffer(target, "target", n, from.width());
        if (n > 0) {
            machine.queue().copy(from, to, (long) n * from.width());
        }
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
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        attention.close();
        weights.forEach(ClMemory::release);
        weights.clear();
        machine.close();
    }
}
