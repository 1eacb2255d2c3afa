// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.operand;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.machine.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A weight in the bytes of its file. Small operands that kernels want as f32 are expanded on first use and kept. */
public final class CpuWeight implements Weight {
    private final Tensor tensor;
    // The tensor's own are products of a list of boxed dimensions.
    private final long rowBytes;
    private final int rows;
    private final int width;
    private MemorySegment floats;
    private MemorySegment taps;

    public CpuWeight(Tensor tensor) {
        this.tensor = tensor;
        rowBytes = tensor.rowBytes();
        rows = Math.toIntExact(tensor.rows());
        width = Math.toIntExact(tensor.width());
    }

    @Override
    public Tensor tensor() {
        return tensor;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int width() {
        return width;
    }

    /** Bytes of one row of stored blocks. */
    public long rowBytes() {
        return rowBytes;
    }

    /** Address of the stored blocks, in memory that is still mapped. */
    public long address() {
        if (!tensor.data().scope().isAlive()) {
            throw new IllegalStateException("tensor " + tensor.name() + ": its memory is closed");
        }
        return tensor.data().address();
    }

    /** Address of all elements as f32: the tensor itself if it is F32, else a copy. */
    public synchronized long floats() {
        long stored = address();
        if (tensor.type() == TensorType.F32) {
            return stored;
        }
        if (floats == null) {
            MemorySegment copy = Arena.ofAuto().allocate(Math.multiplyExact(tensor.elements(), 4L), 64);
            BlockFormat.of(tensor.type())
                    .dequantize(
                            stored,
                            copy.address(),
                            tensor.elements() / tensor.type().blockSize());
            floats = copy;
        }
        return floats.address();
    }

    /** Address of a depth-wise 3x3 kernel as f32 [9][channels]: the channels of one tap are contiguous. */
    public synchronized long taps() {
        long stored = floats();
        if (taps == null) {
            long channels = tensor.elements() / 9;
            MemorySegment repacked = Arena.ofAuto().allocate(Math.multiplyExact(tensor.elements(), 4L), 64);
            for (long channel = 0; channel < channels; channel++) {
                for (int tap = 0; tap < 9; tap++) {
                    NativeMemory.putFloat(
                            repacked.address() + (tap * channels + channel) * 4,
                            NativeMemory.getFloat(stored + (channel * 9 + tap) * 4));
                }
            }
            taps = repacked;
        }
        return taps.address();
    }
}
