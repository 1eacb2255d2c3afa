// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import dev.myna.kernels.cpu.jit.contract.Rounding;
import dev.myna.kernels.cpu.jit.x64.code.DotCode;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.format.Layout;

/**
 * Writes the code that expands 256 consecutive quantized weights of a row to bytes u and, for each group of 16 or 32 weights,
 * an f32 scale d and an f32 s to subtract: a weight is {@code d u - s}. The bytes are unsigned unless {@link DotCode#signed}.
 * With {@link dev.myna.kernels.format.Unpacker}'s names, d is the factor. For types with minimums, s is minus the minimum; for the
 * others, s is d times the zero point, or 0 if the bytes are signed.
 * Block layouts are those of {@code ggml-common.h}; eight blocks of 32 weights are read together.
 *
 * <p>Tiles read the weights in order, by {@link #chunk}. Mat-vec kernels read them by {@link #part}, whose order may differ
 * ({@link #order}). A reader allocates its registers and loads its constants in its constructor, so that they stay in registers
 * for all rows.
 */
public abstract class WeightReader {
    final KernelCode code;
    final Assembler a;
    /** Whether the dot products of two vectors of weights are added before they are scaled. */
    final boolean paired;

    private final TensorType type;

    WeightReader(KernelCode code, TensorType type) {
        this.code = code;
        this.type = type;
        a = code.a;
        paired = paired(type, code.isa);
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
            case Q8_0 -> new Q8_0Reader(code);
            case Q4_0, IQ4_NL -> code.isa.avx512() ? new NibblePairReader(code, type) : new NibbleReader(code, type);
            case Q4_1, Q5_0, Q5_1 -> new NibbleReader(code, type);
            case IQ4_XS -> new IQ4_XSReader(code);
            case Q2_K -> new Q2_KReader(code);
            case Q3_K -> new Q3_KReader(code);
            case Q4_K -> new Q4_KReader(code, type);
            case Q5_K -> new Q5_KReader(code);
            case Q6_K -> code.isa.avx512() ? new Q6_KPairReader(code) : new Q6_KReader(code);
            default -> throw new IllegalArgumentException("no reader of " + type);
        };
    }

    /** Weights of this type that share a scale. */
    public static int group(TensorType type) {
        return layout(type).group();
    }

    private static Layout layout(TensorType type) {
        return BlockFormat.of(type).layout();
    }

    private static boolean paired(TensorType type, Isa isa) {
        return switch (type) {
            case Q4_0, IQ4_NL, IQ4_XS, Q4_K, Q5_K -> true;
            case Q4_1, Q5_0, Q5_1 -> !isa.avx512();
            default -> false;
        };
    }

    /**
     * The order in which {@link #part} reads the weights of a step: {@code result[i]} is the index in the row of the i-th run
     * of 16 weights that {@code part} reads. Null if it reads them in order.
     */
    public static int[] order(TensorType type, Isa isa) {
        if (!paired(type, isa)) {
            return null;
        }
        boolean avx512 = isa.avx512();
        return switch (type) {
            case Q4_K, Q5_K ->
                avx512
                        ? new int[] {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}
                        : new int[] {0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15};
            default ->
                avx512
                        ? new int[] {0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15}
                        : new int[] {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15};
        };
    }

    /** The largest unsigned byte u of this type. */
    static int maxByte(TensorType type) {
        return layout(type).maxUnsigned();
    }

    /** The u that stands for zero; 0 for types with minimums. */
    static int zeroPoint(TensorType type) {
        return layout(type).zero();
    }

    /** How activations are rounded for tiles. */
    public static Rounding rounding(TensorType type, Isa isa) {
        DotCode dot = dot(type, isa);
        if (dot.large()) {
            return new Rounding(Rounding.Kind.SIGNS, dot.signed() ? 0 : 0x80);
        }
        return zeroPoint(type) == 0 ? Rounding.SUMS : new Rounding(Rounding.Kind.OFFSETS, zeroPoint(type));
    }

    /** The dot products of this type's bytes. */
    public static DotCode dot(TensorType type, Isa isa) {
        return DotCode.of(maxByte(type), isa);
    }

    /** Stored bytes of a step of 256 weights. */
    public final int bytes() {
        return (int) type.bytes(QuantTile.STEP);
    }

    /** Weights that share a scale. */
    public final int group() {
        return group(type);
    }

    /** Groups in a step. */
    public final int groups() {
        return QuantTile.STEP / group();
    }

    /** Vectors that hold the scales of a step. */
    public final int scaleVectors() {
        return groups() == 16 && !code.isa.avx512() ? 2 : 1;
    }

    /** Bytes of a vector of scales. */
    public final int scaleBytes() {
        return groups() == 16 && code.isa.avx512() ? 64 : 32;
    }

    /** Vectors of weights in a step. */
    public final int chunks() {
        return QuantTile.STEP / code.isa.bytes();
    }

    public final DotCode dot() {
        return dot(type, code.isa);
    }

    /** Whether the bytes are signed integers around zero, in place of u. */
    final boolean signed() {
        return dot().signed();
    }

    /**
     * Reads the scales of a step.
     *
     * @param row the register with the address of the step
     * @param scale f32 scales of the groups, in order
     * @param subtract f32 to subtract from the weights of each group
     */
    public abstract void scales(Gpr row, Vec[] scale, Vec[] subtract);

    /** Reads the next vector of bytes, in the order of the row. Called for all chunks of a step in order. */
    public abstract void chunk(Gpr row, int chunk, Vec to);

    /** Parts of a step. The dot products of a part are scaled once. */
    public final int parts() {
        return chunks() / partVectors();
    }

    /** Vectors of bytes in a part. */
    public final int partVectors() {
        return paired ? 2 : 1;
    }

    /** Reads the bytes of a part, in {@link #order}. Called for all parts of a step in order. */
    public void part(Gpr row, int part, Vec[] to) {
        chunk(row, part, to[0]);
    }

    /** The group of the four weights whose products a 32-bit lane of a part's sums holds. */
    public int groupOf(int part, int lane) {
        return (part * code.isa.lanes() + lane) * 4 / group();
    }

    /**
     * For types without minimums: to subtract the zero point from u is to subtract {@code d * zeroPoint}. Signed bytes need
     * neither.
     */
    final void symmetric(Vec[] scale, Vec[] subtract) {
        if (signed()) {
            code.zero(subtract);
            return;
        }
        Mem constant = code.everyFloat(zeroPoint(type));
        for (int i = 0; i < scale.length; i++) {
            a.vmulps(subtract[i], scale[i], constant);
        }
    }

    /** Multiplies scales by the f16 at {@code half}. */
    final void multiply(Vec[] scale, Mem half, Vec work) {
        Vec d = work.as(scale[0].bytes());
        Vec stored = work.as(scale[0].bytes() / 2);
        a.vpbroadcastw(stored, half);
        a.vcvtph2ps(d, stored);
        for (Vec s : scale) {
            a.vmulps(s, s, d);
        }
    }

    /** Loads 32 bytes, repeated to fill a vector. */
    final void repeated(Vec to, Mem from) {
        if (code.isa.avx512()) {
            a.vbroadcasti256(to, from);
        } else {
            a.vmovups(to, from);
        }
    }

    /**
     * The two-bit fields of a chunk, with other bits above them: each 32 bytes from {@code quants} on hold four times 32
     * weights.
     */
    final void bitPairs(Gpr row, int quants, int chunk, Vec to) {
        int first = chunk * code.isa.bytes() / 32;
        repeated(to, Mem.at(row, quants + first / 4 * 32));
        if (code.isa.avx512()) {
            a.vpsrlvd(to, to, code.ints(16, lane -> 2 * (first % 4 + lane / 8)));
        } else if (first % 4 > 0) {
            a.vpsrld(to, to, 2 * (first % 4));
        }
    }

    /** Loads eight f16, {@code stride} bytes apart, as f32; {@code to} is a ymm register. */
    final void f16s(Gpr row, int at, int stride, Vec to) {
        Vec x = to.as(16);
        code.zero(x);
        for (int i = 0; i < 8; i++) {
            a.vpinsrw(x, x, Mem.at(row, at + i * stride), i);
        }
        a.vcvtph2ps(to, x);
    }
}
