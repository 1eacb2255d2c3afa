// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.ProgramCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.kernels.opencl.attention.ClAttention;
import dev.myna.kernels.opencl.attention.ClAttentionKernels;
import dev.myna.kernels.opencl.attention.ClKeyValues;
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
    private final ClNorms norms;
    private final ClElementwise elementwise;
    private final ClAttention attention;
    private final ClKeyValues keyValues;
    private final ClGrids grids;
    private final List<ClMemory> weights = new ArrayList<>();
    private boolean closed;

    private OpenClDevice(ClMachine machine) {
        this.machine = machine;
        matmul = new ClMatMul(machine);
        norms = new ClNorms(machine);
        elementwise = new ClElementwise(machine);
        ClAttentionKernels kernels =
                new ClAttentionKernels(machine.programs(), machine.shape().keyLanes());
        attention = new ClAttention(machine, kernels);
        keyValues = new ClKeyValues(machine, kernels);
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
        int count = Math.multiplyExact(n, to.width());
        Checks.requireRange(offset, count, source.length, "source");
        if (count > 0) {
            machine.queue().write(to, source, offset, count);
        }
    }

    @Override
    public void read(Buffer source, float[] target, int offset, int n) {
        ClBuffer from = ClOperands.buffer(source, "source", n);
        int count = Math.multiplyExact(n, from.width());
        Checks.requireRange(offset, count, target.length, "target");
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
    public void embed(Weight table, int[] ids, int offset, Buffer out, int n) {
        ClWeight weight = ClOperands.weight(table, "table");
        ClBuffer to = ClOperands.buffer(out, "out", n, weight.width());
        Checks.requireIds(ids, offset, n, weight.rows());
        for (int i = 0; i < n; i++) {
            matmul.embed(weight, ids[offset + i], to.slice(i, 1));
        }
    }

    @Override
    public void matmul(Linear linear, Buffer in, Buffer out, int n) {
        multiply(linear, in, out, ClMatMul.Ending.STORE, n);
    }

    @Override
    public void matmulAdd(Linear linear, Buffer in, Buffer x, int n) {
        multiply(linear, in, x, ClMatMul.Ending.ADD, n);
    }

    @Override
    public void gatedMatmul(Activation f, Linear up, Buffer in, Buffer gate, int n) {
        if (f == Activation.SILU) {
            multiply(up, in, gate, ClMatMul.Ending.SILU, n);
            return;
        }
        elementwise.activate(f, gate, n);
        multiply(up, in, gate, ClMatMul.Ending.MULTIPLY, n);
    }

    private void multiply(Linear linear, Buffer in, Buffer out, ClMatMul.Ending ending, int n) {
        ClWeight matrix = ClOperands.weight(linear.weight(), "weight");
        ClBuffer from = ClOperands.buffer(in, "in", n, matrix.width());
        ClBuffer to = ClOperands.buffer(out, "out", n, matrix.rows());
        ClOperands.requireApart(from, to);
        ClWeight bias = linear.bias() == null ? null : ClOperands.vector(linear.bias(), "bias", matrix.rows());
        matmul.multiply(matrix, bias, from, to, ending, n);
    }

    @Override
    public void matmulTransposed(Buffer in, Buffer rows, Buffer out, int n) {
        ClBuffer right = ClOperands.buffer(rows, "rows", 0);
        ClBuffer from = ClOperands.buffer(in, "in", n, right.width());
        ClBuffer to = ClOperands.buffer(out, "out", n, right.rows());
        ClOperands.requireApart(from, to);
        ClOperands.requireApart(right, to);
        matmul.multiply(right, from, to, n);
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
        keyValues.rope(x, batch, rope);
    }

    @Override
    public void storeKv(Buffer keys, Buffer values, Batch batch, int layer) {
        keyValues.storeKv(keys, values, batch, layer);
    }

    @Override
    public void ropeAndStoreKv(Buffer query, Buffer keys, Buffer values, Batch batch, Rope rope, int layer) {
        keyValues.ropeAndStoreKv(query, keys, values, batch, rope, layer);
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
        ClBuffer target = ClOperands.buffer(x, "x", n);
        ClWeight table = ClOperands.weight(rows, "rows");
        Checks.requireAddend(table.width(), target);
        if (n > 0) {
            matmul.addRows(target, table, n);
        }
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
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        attention.close();
        keyValues.close();
        weights.forEach(ClMemory::release);
        weights.clear();
        machine.close();
    }
}
