// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.TensorType;

/**
 * Writes the code that takes 256 neighbouring quantized weights of a row apart: unsigned bytes u, and for each group of 16 or
 * 32 a scale d and what to subtract, so that a weight is {@code d u - s}. Layouts are those of {@code ggml-common.h}; a type
 * of smaller blocks is read eight blocks at a time.
 */
abstract class WeightReader {
    /** Weights read in one step. */
    static final int STEP = 256;

    final KernelCode code;
    final Assembler a;

    WeightReader(KernelCode code) {
        this.code = code;
        a = code.a;
    }

    /** A reader's code goes to {@code code}; its constants are loaded to registers here. */
    static WeightReader of(TensorType type, KernelCode code) {
        return switch (type) {
            case Q8_0 -> new Q8_0Reader(code);
            case Q4_0 -> new NibbleReader(code, 18, false, false);
            case Q4_1 -> new NibbleReader(code, 20, true, false);
            case IQ4_NL -> new NibbleReader(code, 18, false, true);
            case Q4_K -> new Q4_KReader(code, false);
            case Q5_K -> new Q4_KReader(code, true);
            case Q6_K -> new Q6_KReader(code);
            default -> throw new IllegalArgumentException("no reader of " + type);
        };
    }

    static boolean reads(TensorType type) {
        return switch (type) {
            case Q8_0, Q4_0, Q4_1, IQ4_NL, Q4_K, Q5_K, Q6_K -> true;
            default -> false;
        };
    }

    /** Elements that share a scale of this type. */
    static int group(TensorType type) {
        return type == TensorType.Q6_K ? 16 : 32;
    }

    /** Whether u of this type may exceed 127. */
    static boolean large(TensorType type) {
        return type == TensorType.Q8_0 || type == TensorType.IQ4_NL;
    }

    /** Stored bytes of 256 weights. */
    abstract int bytes();

    /** Elements that share a scale. */
    int group() {
        return 32;
    }

    /** Scales of a step. */
    final int groups() {
        return STEP / group();
    }

    /** Vectors of scales of a step. */
    final int scaleVectors() {
        return groups() == 16 && !code.isa.avx512() ? 2 : 1;
    }

    /** The width of a vector of scales. */
    final int scaleBytes() {
        return groups() == 16 && code.isa.avx512() ? 64 : 32;
    }

    /** Vectors of weights of a step. */
    final int chunks() {
        return STEP / code.isa.bytes();
    }

    /** Whether u may exceed 127. */
    boolean large() {
        return false;
    }

    /**
     * Reads what belongs to the whole step.
     *
     * @param scale f32 scales in order
     * @param subtract what to subtract, per group
     */
    abstract void scales(Gpr row, Vec[] scale, Vec[] subtract);

    /** The next whole vector of u. */
    abstract void chunk(Gpr row, int chunk, Vec to);

    /** Subtracting {@code zero} from every u is subtracting {@code zero d} from every weight. */
    final void symmetric(Vec[] scale, Vec[] subtract, int zero) {
        Mem constant = code.everyFloat(zero);
        for (int i = 0; i < scale.length; i++) {
            a.vmulps(subtract[i], scale[i], constant);
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
