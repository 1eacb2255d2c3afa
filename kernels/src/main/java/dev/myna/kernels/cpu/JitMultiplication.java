// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.Product;
import dev.myna.kernels.cpu.jit.Programs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Products by machine code, for the types it knows. */
final class JitMultiplication implements Multiplication {
    private final Product product;
    private final Multiplication others;
    private boolean known;
    private MemorySegment packed = MemorySegment.NULL;

    /** @param others computes the types for which there is no machine code */
    JitMultiplication(Programs programs, Multiplication others) {
        product = new Product(programs);
        this.others = others;
    }

    @Override
    public void describe(TensorType type, long weights, long bias, long in, long out, int m, int k, int n) {
        known = Programs.know(type);
        if (!known) {
            others.describe(type, weights, bias, in, out, m, k, n);
            return;
        }
        product.describe(type, weights, bias, in, out, m, k, n);
        long bytes = product.packedBytes();
        if (packed.byteSize() < bytes) {
            packed = Arena.ofAuto().allocate(bytes, 64);
        }
        product.packTo(packed.address());
    }

    @Override
    public int preparations() {
        return known ? product.preparations() : others.preparations();
    }

    @Override
    public void prepare(int from, int to, Scratch scratch) {
        if (known) {
            product.prepare(from, to, memory(scratch));
        } else {
            others.prepare(from, to, scratch);
        }
    }

    @Override
    public int rowsPerUnit() {
        return known ? product.rowsPerUnit() : others.rowsPerUnit();
    }

    @Override
    public void multiply(int from, int to, Scratch scratch) {
        if (known) {
            product.multiply(from, to, memory(scratch));
        } else {
            others.multiply(from, to, scratch);
        }
    }

    private long memory(Scratch scratch) {
        return scratch.floats(product.scratchBytes() / Float.BYTES + 1);
    }
}
