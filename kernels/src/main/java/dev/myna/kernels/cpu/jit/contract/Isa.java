// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

/** The instruction sets that kernels are written for, best first. */
public enum Isa {
    AVX512_VNNI("AVX-512 VNNI", Architecture.X64, 64, true, 4),
    AVX512("AVX-512", Architecture.X64, 64, false, 4),
    AVX2_VNNI("AVX-VNNI", Architecture.X64, 32, true, 2),
    AVX2("AVX2", Architecture.X64, 32, false, 2),
    NEON_I8MM("NEON with int8 matrix products", Architecture.ARM64, 16, true, 4),
    NEON_DOTPROD("NEON with dot products", Architecture.ARM64, 16, true, 4),
    NEON("NEON", Architecture.ARM64, 16, false, 4);

    /** The families of processors. */
    public enum Architecture {
        X64,
        ARM64
    }

    private final String label;
    private final Architecture architecture;
    private final int bytes;
    private final boolean dots;
    private final int maxColumns;

    Isa(String label, Architecture architecture, int bytes, boolean dots, int maxColumns) {
        this.label = label;
        this.architecture = architecture;
        this.bytes = bytes;
        this.dots = dots;
        this.maxColumns = maxColumns;
    }

    /** The name used by its makers. */
    public String label() {
        return label;
    }

    public Architecture architecture() {
        return architecture;
    }

    /** Bytes of a vector. */
    public int bytes() {
        return bytes;
    }

    /** 32-bit elements of a vector. */
    public int lanes() {
        return bytes / 4;
    }

    /** Activation rows that a kernel multiplies at most with weights as they are stored. */
    public int maxColumns() {
        return maxColumns;
    }

    /** Whether four int8 products are summed by one instruction. */
    public boolean vnni() {
        return architecture == Architecture.X64 && dots;
    }

    /** FEAT_DotProd: whether Arm has such an instruction. */
    public boolean dotProd() {
        return architecture == Architecture.ARM64 && dots;
    }

    /** FEAT_I8MM: whether two rows of eight int8 are multiplied with two others by one instruction. */
    public boolean i8mm() {
        return this == NEON_I8MM;
    }

    public boolean avx512() {
        return bytes == 64;
    }
}
