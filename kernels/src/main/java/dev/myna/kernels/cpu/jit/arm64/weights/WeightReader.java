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
 * Writes the code that expands 256 consecutive quantized weights of a row, 32 at a time and in order, to signed bytes and, for
 * each group, a scale and an offset ({@link WeightForm}). Scales are read four at a time, after the weights that they belong
 * to, so that types with blocks of 32 are read block by block. Reading advances {@link #ROW}.
 */
public abstract class WeightReader {
    /** Weights in a step. */
    public static final int STEP = QuantTile.STEP;

    /** Weights in a chunk. */
    public static final int CHUNK = 32;

    /** The register with the address of the next stored bytes. */
    public static final X ROW = X.X1;

    final KernelCode code;
    final Assembler a;
    public final WeightForm form;
    /** The bytes of a chunk. */
    final V[] weights;
    /** Four f32 scales after {@link #scales}; before it, a reader may use the register for other values. */
    public final V scale;
    /** Four f32 offsets after {@link #scales}, or null. */
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

    /** Whether {@link #of} has a reader of this type. */
    public static boolean reads(TensorType type) {
        return switch (type) {
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL, IQ4_XS, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K -> true;
            default -> false;
        };
    }

    /** A reader that writes to {@code code}. */
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

    /** Stored bytes of a step. */
    public final int bytes() {
        return (int) type.bytes(STEP);
    }

    /** Chunks of four groups. */
    public final int chunksOfSet() {
        return 4 * form.group() / CHUNK;
    }

    /** Reads the data that belongs to the whole step. */
    public void begin() {}

    /**
     * Reads the next 32 weights.
     *
     * @param chunk 0 to 7, in order
     * @return the registers that hold them until the next call
     */
    public abstract V[] chunk(int chunk);

    /** Writes the scales of groups {@code 4 set} to {@code 4 set + 3} to {@link #scale}, and their offsets to {@link #offset}. */
    public abstract void scales(int set);

    /** Table indices that move four bytes, from {@code first} on, to the lowest bytes of four numbers. */
    final Constant lowest(int first) {
        return spread(lane -> first + lane, 0);
    }

    /** Table indices that move four bytes, from {@code first} on, to the highest bytes of four numbers, 2^24 times as large. */
    final Constant highest(int first) {
        return spread(lane -> first + lane, 3);
    }

    private Constant spread(IntUnaryOperator from, int position) {
        return code.constant(i -> i % 4 == position ? from.applyAsInt(i / 4) : 255);
    }
}
