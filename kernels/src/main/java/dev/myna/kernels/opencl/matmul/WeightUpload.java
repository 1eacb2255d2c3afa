// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.matmul;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.opencl.machine.ClMemory;
import dev.myna.kernels.opencl.machine.ClMemoryPool;
import dev.myna.kernels.opencl.machine.ClQueue;
import dev.myna.kernels.opencl.machine.ClWeight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;

/** Brings tensors to the device, once, through a buffer of a few megabytes. */
public final class WeightUpload {
    private static final long STAGING_BYTES = 16 << 20;

    /** Blocks that one thread takes apart at a time. */
    private static final long BAND = 4096;

    private final ClMemoryPool pool;
    private final ClQueue queue;

    public WeightUpload(ClMemoryPool pool, ClQueue queue) {
        this.pool = pool;
        this.queue = queue;
    }

    public ClWeight load(Tensor tensor) {
        int rows = side(tensor, tensor.rows());
        int width = side(tensor, tensor.width());
        if (!tensor.data().scope().isAlive()) {
            throw new IllegalStateException("tensor " + tensor.name() + ": its memory is closed");
        }
        boolean expanded =
                tensor.type() != TensorType.F32 && (rows == 1 || depthwise(tensor) || !ClMatMul.reads(tensor.type()));
        TensorType type = expanded ? TensorType.F32 : tensor.type();
        ClMemory memory = pool.allocate(type.bytes(tensor.elements()), "tensor " + tensor.name());
        try {
            if (expanded) {
                expand(tensor, memory);
                return new ClWeight(tensor, rows, width, type, memory, 0);
            }
            BlockPlanes planes = BlockPlanes.of(type);
            long headsAt = tensor.elements() / type.blockSize() * planes.body();
            if (planes.head() == 0) {
                queue.write(memory, 0, tensor.data());
            } else {
                split(tensor, planes, memory, headsAt);
            }
            return new ClWeight(tensor, rows, width, type, memory, headsAt);
        } catch (RuntimeException | Error e) {
            memory.release();
            throw e;
        }
    }

    private static int side(Tensor tensor, long length) {
        if (length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "tensor " + tensor.name() + ": shape " + tensor.shape() + " has a side above " + Integer.MAX_VALUE);
        }
        return (int) length;
    }

    private static boolean depthwise(Tensor tensor) {
        return tensor.shape().size() >= 3
                && tensor.shape().get(0) == 3
                && tensor.shape().get(1) == 3;
    }

    /** Vectors and depth-wise kernels are small, and their operations need f32. So do types that no kernel reads. */
    private void expand(Tensor tensor, ClMemory memory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(memory.bytes(), 64);
            BlockFormat.of(tensor.type())
                    .dequantize(
                            tensor.data().address(),
                            floats.address(),
                            tensor.elements() / tensor.type().blockSize());
            queue.write(memory, 0, floats);
        }
    }

    private void split(Tensor tensor, BlockPlanes planes, ClMemory memory, long headsAt) {
        long blocks = tensor.elements() / tensor.type().blockSize();
        long most = Math.min(blocks, STAGING_BYTES / planes.block());
        try (Arena arena = Arena.ofShared()) {
            MemorySegment bodies = arena.allocate(most * planes.body(), 64);
            MemorySegment heads = arena.allocate(most * planes.head(), 64);
            for (long first = 0; first < blocks; first += most) {
                long count = Math.min(most, blocks - first);
                long from = tensor.data().address() + first * planes.block();
                LongStream.range(0, Math.ceilDiv(count, BAND)).parallel().forEach(band -> {
                    long at = band * BAND;
                    planes.split(
                            from + at * planes.block(),
                            bodies.address() + at * planes.body(),
                            heads.address() + at * planes.head(),
                            Math.min(BAND, count - at));
                });
                queue.write(memory, first * planes.body(), bodies.asSlice(0, count * planes.body()));
                queue.write(memory, headsAt + first * planes.head(), heads.asSlice(0, count * planes.head()));
            }
        }
    }
}
