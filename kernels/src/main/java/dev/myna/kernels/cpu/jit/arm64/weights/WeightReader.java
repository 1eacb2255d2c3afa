// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import java.util.function.IntUnaryOperator;

/**
 * Writes the code that takes 256 neighbouring quantized weights of a row apart, 32 at a time and in order: signed bytes, and for
 * each group a scale and what to add ({@link WeightForm}). Scales are asked for four at a time, after the weights that they
 * belong to, so that a type of smaller blocks is read block by block. Reading moves the place in the row on.
 */
public abstract class WeightReader {
    /** Weights of a step. */
    public static final int STEP = QuantTile.STEP;

    /** Weights read together. */
    public static final int CHUNK = 32;

    /** The place in the row. */
    public static final X ROW = X.X1;

    final KernelCode code;
    final Assembler a;
    public final WeightForm form;
    /** Two vectors of weights. */
    final V[] weights;
    /** Four scales; until they are asked for, any value. */
    public final V scale;
    /** What to add to the weights of four groups, or null. */
    public final V offset;

    private final TensorType type;

    WeightReader(KernelCode code, TensorType type) {
        this.code = code;
        this.type = type;
        a = code.a;
        form = WeightForm.of(type);
        weights = code.take(2);
        scale = code.take();
        offset = form.offset() ? code.take() : null;
    }

    /** A reader's code goes to {@code code}. */
    public static WeightReader of(TensorType type, KernelCode code) {
        return switch (type) {
            case Q4_0 -> new Q4_0Reader(code);
            case Q4_1 -> new Q4_1Reader(code);
            case Q5_0, Q5_1 -> new Q5Reader(code, type);
            case Q8_0 -> new Q8_0Reader(code);
            case IQ4_NL -> new IQ4_NLReader(code);
            case IQ4_XS -> new IQ4_XSReader(code);
            case Q2_K -> new Q2_KReader(code);
            case Q3_K -> new Q3_KReader(code);
            case Q4_K -> new Q4_KReader(code, type);
            case Q5_K -> new Q5_KReader(code);
            case Q6_K -> new Q6_KReader(code);
            default -> throw new IllegalArgumentException("no reader of " + type);
        };
    }

    /** Stored bytes of 256 weights. */
    public final int bytes() {
        return (int) type.bytes(STEP);
    }

    /** Chunks that four scales belong to. */
    public final int chunksOfSet() {
        return 4 * form.group() / CHUNK;
    }

    /** Reads what belongs to the whole step. */
    public void begin() {}

    /**
     * Reads the next 32 weights.
     *
     * @param chunk 0 to 7; all are asked for in order
     * @return where they are until the next call
     */
    public abstract V[] chunk(int chunk);

    /** Puts the scales of groups 4 {@code set} to 4 {@code set} + 3 to {@link #scale}, and what to add to {@link #offset}. */
    public abstract void scales(int set);

    /** Indices that put bytes, from the {@code first} on, to the lowest places of four numbers. */
    final Constant lowest(int first) {
        return spread(lane -> first + lane, 0);
    }

    /** Indices that put bytes, from the {@code first} on, to the highest places of four numbers, 2^24 times as much. */
    final Constant highest(int first) {
        return spread(lane -> first + lane, 3);
    }

    private Constant spread(IntUnaryOperator from, int place) {
        return code.constant(i -> i % 4 == place ? from.applyAsInt(i / 4) : 255);
    }
}
