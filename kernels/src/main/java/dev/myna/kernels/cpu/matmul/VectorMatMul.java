// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.format.QuantDequantizer;
import dev.myna.kernels.machine.Scratch;
import java.util.EnumMap;
import java.util.Map;

/** Matmul with vectors: chooses the fastest way for a type and a number of activation rows. */
public final class VectorMatMul extends DirectMatMul {
    private final Map<TensorType, Dequantizer> dequantizers = new EnumMap<>(TensorType.class);
    private final int fewRows;

    public VectorMatMul() {
        this(VectorMatVec.MAX_ROWS);
    }

    /** Expands every weight to f32, whatever the number of activation rows, so that sums do not depend on that number. */
    static VectorMatMul withoutMatVec() {
        return new VectorMatMul(0);
    }

    /** @param fewRows max. activation rows of the mat-vec loops; 0 for none */
    private VectorMatMul(int fewRows) {
        this.fewRows = fewRows;
        for (TensorType type : TensorType.values()) {
            dequantizers.put(type, BlockFormat.of(type).simd());
        }
    }

    @Override
    public int fewRows() {
        return fewRows;
    }

    @Override
    public Dequantizer dequantizer(TensorType type) {
        return dequantizers.get(type);
    }

    @Override
    void multiply(MatMulJob job, int from, int to, Scratch scratch) {
        boolean few = job.n() <= fewRows;
        Dequantizer dequantizer = dequantizer(job.type());
        if (few && dequantizer instanceof QuantDequantizer format) {
            VectorMatVec.band(job, format, from, to, scratch);
        } else if (few && VectorHalfMatVec.applies(job)) {
            VectorHalfMatVec.band(job, from, to, scratch);
        } else {
            VectorPanels.band(job, dequantizer, from, to, scratch);
        }
    }
}
