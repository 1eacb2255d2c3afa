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

/**
 * Writes the code that takes 256 neighbouring quantized weights of a row apart: unsigned bytes u, and for each group of 16 or
 * 32 a scale d and what to subtract, so that a weight is {@code d u - s}. Where {@link DotCode#signed} says so, u is signed. Layouts are those of {@code ggml-common.h}; a type
 * of smaller blocks is read eight blocks at a time.
 */
public abstract class WeightReader {
    final KernelCode code;
    final Assembler a;
    /** Whether two vectors of weights go to the same sums. */
    final boolean pairs;

    private final TensorType type;

    WeightReader(KernelCode code, TensorType type) {
        this.code = code;
        this.type = type;
        a = code.a;
        pairs = pairs(type, code.isa);
    }

    /** A reader's code goes to {@code code}; its constants are loaded to registers here. */
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

    /** Elements that share a scale of this type. */
    public static int group(TensorType type) {
        return switch (type) {
            case Q2_K, Q3_K, Q6_K -> 16;
            default -> 32;
        };
    }

    private static boolean pairs(TensorType type, Isa isa) {
        return switch (type) {
            case Q4_0, IQ4_NL, IQ4_XS, Q4_K, Q5_K -> true;
            case Q4_1, Q5_0, Q5_1 -> !isa.avx512();
            default -> false;
        };
    }

    /**
     * The order of the activations of a step for {@link #part}, in pieces of 16, or null if they stay as they are: the place
     * that each piece comes from.
     */
    public static int[] order(TensorType type, Isa isa) {
        if (!pairs(type, isa)) {
            return null;
        }
        boolean whole = isa.avx512();
        return switch (type) {
            case Q4_K, Q5_K ->
                whole
                        ? new int[] {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}
                        : new int[] {0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15};
            default ->
                whole
                        ? new int[] {0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15}
                        : new int[] {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15};
        };
    }

    /** The largest u of this type. */
    static int largest(TensorType type) {
        return switch (type) {
            case Q2_K -> 3;
            case Q3_K -> 7;
            case Q4_0, Q4_1, Q4_K -> 15;
            case Q5_0, Q5_1, Q5_K -> 31;
            case Q6_K -> 63;
            case Q8_0, IQ4_NL, IQ4_XS -> 255;
            default -> throw new IllegalArgumentException("no reader of " + type);
        };
    }

    /** What is subtracted from each u of a type whose weights lie around zero; 0 for types with minimums of their own. */
    static int zero(TensorType type) {
        return switch (type) {
            case Q3_K -> 4;
            case Q4_0 -> 8;
            case Q5_0 -> 16;
            case Q6_K -> 32;
            case Q8_0, IQ4_NL, IQ4_XS -> 128;
            default -> 0;
        };
    }

    /** What a tile wants of activations. */
    public static Rounding rounding(TensorType type, Isa isa) {
        DotCode dot = dot(type, isa);
        if (dot.large()) {
            return new Rounding(Rounding.Kind.SIGNS, dot.signed() ? 0 : 0x80);
        }
        return zero(type) == 0 ? Rounding.SUMS : new Rounding(Rounding.Kind.OFFSETS, zero(type));
    }

    /** How the products of this type's bytes are summed. */
    public static DotCode dot(TensorType type, Isa isa) {
        return DotCode.of(largest(type), isa);
    }

    /** Stored bytes of 256 weights. */
    public final int bytes() {
        return (int) type.bytes(QuantTile.STEP);
    }

    /** Elements that share a scale. */
    public final int group() {
        return group(type);
    }

    /** Scales of a step. */
    public final int groups() {
        return QuantTile.STEP / group();
    }

    /** Vectors of scales of a step. */
    public final int scaleVectors() {
        return groups() == 16 && !code.isa.avx512() ? 2 : 1;
    }

    /** The width of a vector of scales. */
    public final int scaleBytes() {
        return groups() == 16 && code.isa.avx512() ? 64 : 32;
    }

    /** Vectors of weights of a step. */
    public final int chunks() {
        return QuantTile.STEP / code.isa.bytes();
    }

    public final DotCode dot() {
        return dot(type, code.isa);
    }

    /** Whether bytes of weights are asked for with their sign, as numbers around zero; else as u. */
    final boolean signed() {
        return dot().signed();
    }

    /**
     * Reads what belongs to the whole step.
     *
     * @param scale f32 scales in order
     * @param subtract what to subtract, per group
     */
    public abstract void scales(Gpr row, Vec[] scale, Vec[] subtract);

    /** The next whole vector of u; all of a step are asked for in order. */
    public abstract void chunk(Gpr row, int chunk, Vec to);

    /** Vectors of sums of products of a step, each of which is scaled once. */
    public final int parts() {
        return chunks() / partVectors();
    }

    /** Vectors of u whose products go to the same sums. */
    public final int partVectors() {
        return pairs ? 2 : 1;
    }

    /** The u of a part, in the {@link #order} of the activations. */
    public void part(Gpr row, int part, Vec[] to) {
        chunk(row, part, to[0]);
    }

    /** The group that a lane of a part's sums belongs to: it has four neighbouring products of each vector. */
    public int groupOf(int part, int lane) {
        return (part * code.isa.lanes() + lane) * 4 / group();
    }

    /** Subtracting {@code zero} from every u is subtracting {@code zero d} from every weight; signed bytes are around zero already. */
    final void symmetric(Vec[] scale, Vec[] subtract) {
        if (signed()) {
            code.zero(subtract);
            return;
        }
        Mem constant = code.everyFloat(zero(type));
        for (int i = 0; i < scale.length; i++) {
            a.vmulps(subtract[i], scale[i], constant);
        }
    }

    /** Multiplies scales by one f16. */
    final void multiply(Vec[] scale, Mem half, Vec work) {
        Vec d = work.as(scale[0].bytes());
        Vec stored = work.as(scale[0].bytes() / 2);
        a.vpbroadcastw(stored, half);
        a.vcvtph2ps(d, stored);
        for (Vec s : scale) {
            a.vmulps(s, s, d);
        }
    }

    /** 32 bytes, repeated to fill a vector. */
    final void repeated(Vec to, Mem from) {
        if (code.isa.avx512()) {
            a.vbroadcasti256(to, from);
        } else {
            a.vmovups(to, from);
        }
    }

    /** The chunk's two-bit fields, unmasked: 32 bytes at {@code quants}, and at each 32 after them, hold four times 32 weights. */
    final void pairsOfBits(Gpr row, int quants, int chunk, Vec to) {
        int first = chunk * code.isa.bytes() / 32;
        repeated(to, Mem.at(row, quants + first / 4 * 32));
        if (code.isa.avx512()) {
            a.vpsrlvd(to, to, code.ints(16, lane -> 2 * (first % 4 + lane / 8)));
        } else if (first % 4 > 0) {
            a.vpsrld(to, to, 2 * (first % 4));
        }
    }

    /** Eight f16, {@code stride} bytes apart, as f32; {@code to} is a ymm register. */
    final void halves(Gpr row, int at, int stride, Vec to) {
        Vec x = to.as(16);
        code.zero(x);
        for (int i = 0; i < 8; i++) {
            a.vpinsrw(x, x, Mem.at(row, at + i * stride), i);
        }
        a.vcvtph2ps(to, x);
    }
}
