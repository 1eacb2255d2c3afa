// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.KernelMatMul;
import dev.myna.kernels.cpu.jit.Kernels;
import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.machine.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Matmul by machine code. The Vector API expands a type that no kernel reads to f32 and multiplies it. */
public final class JitMatMul implements MatMul {
    private final KernelMatMul kernel;
    private final ScalarMatMul scalar = new ScalarMatMul();
    private MemorySegment packed = MemorySegment.NULL;
    /** For types that no kernel reads; null until there is one. */
    private VectorMatMul vectors;

    private boolean byKernel;

    public JitMatMul(Kernels kernels) {
        kernel = new KernelMatMul(kernels);
    }

    @Override
    public void describe(MatMulJob job) {
        byKernel = kernel.reads(job.type());
        if (byKernel) {
            describeToKernel(job);
            return;
        }
        if (vectors == null) {
            vectors = VectorMatMul.withoutMatVec();
        }
        vectors.describe(job);
    }

    private void describeToKernel(MatMulJob job) {
        kernel.describe(job);
        long bytes = kernel.packedBytes();
        if (packed.byteSize() < bytes) {
            packed = Arena.ofAuto().allocate(bytes, 64);
        }
        kernel.packTo(packed.address());
    }

    @Override
    public int fewRows() {
        return kernel.fewRows();
    }

    @Override
    public int preparations() {
        return byKernel ? kernel.preparations() : vectors.preparations();
    }

    @Override
    public void prepare(int from, int to, Scratch scratch) {
        if (byKernel) {
            kernel.prepare(from, to, memory(scratch));
        }
    }

    @Override
    public int rowsPerUnit() {
        return byKernel ? kernel.rowsPerUnit() : vectors.rowsPerUnit();
    }

    @Override
    public void multiply(int from, int to, Scratch scratch) {
        if (byKernel) {
            kernel.multiply(from, to, memory(scratch));
        } else {
            vectors.multiply(from, to, scratch);
        }
    }

    private long memory(Scratch scratch) {
        return scratch.floats(kernel.scratchBytes() / Float.BYTES + 1);
    }

    /** A token reads a few rows of embeddings, which the scalar form expands fast enough. */
    @Override
    public Dequantizer dequantizer(TensorType type) {
        return scalar.dequantizer(type);
    }
}
