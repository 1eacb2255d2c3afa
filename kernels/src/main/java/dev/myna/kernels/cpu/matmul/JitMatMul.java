// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.Product;
import dev.myna.kernels.cpu.jit.Programs;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.machine.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Products by machine code. */
public final class JitMatMul implements MatMul {
    private final Product product;
    private final ScalarMatMul scalar = new ScalarMatMul();
    private MemorySegment packed = MemorySegment.NULL;

    public JitMatMul(Programs programs) {
        product = new Product(programs);
    }

    @Override
    public void describe(TensorType type, long weights, long bias, long in, long out, int m, int k, int n) {
        product.describe(type, weights, bias, in, out, m, k, n);
        long bytes = product.packedBytes();
        if (packed.byteSize() < bytes) {
            packed = Arena.ofAuto().allocate(bytes, 64);
        }
        product.packTo(packed.address());
    }

    @Override
    public int fewRows() {
        return product.fewRows();
    }

    @Override
    public int preparations() {
        return product.preparations();
    }

    @Override
    public void prepare(int from, int to, Scratch scratch) {
        product.prepare(from, to, memory(scratch));
    }

    @Override
    public int rowsPerUnit() {
        return product.rowsPerUnit();
    }

    @Override
    public void multiply(int from, int to, Scratch scratch) {
        product.multiply(from, to, memory(scratch));
    }

    private long memory(Scratch scratch) {
        return scratch.floats(product.scratchBytes() / Float.BYTES + 1);
    }

    /** A token reads a few rows of embeddings, which the scalar form expands fast enough. */
    @Override
    public Dequantizer dequantizer(TensorType type) {
        return scalar.dequantizer(type);
    }
}
