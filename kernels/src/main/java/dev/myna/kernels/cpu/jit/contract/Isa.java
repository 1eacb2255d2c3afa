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

    /** The processor architectures. */
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

    /** The name that its makers use. */
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

    /** The largest number of activation rows of a mat-vec kernel. */
    public int maxColumns() {
        return maxColumns;
    }

    /** x86-64: whether one instruction adds four int8 products to each 32-bit lane. */
    public boolean vnni() {
        return architecture == Architecture.X64 && dots;
    }

    /** Arm, FEAT_DotProd: whether one instruction adds four int8 products to each 32-bit lane. */
    public boolean dotProd() {
        return architecture == Architecture.ARM64 && dots;
    }

    /** Arm, FEAT_I8MM: whether one instruction multiplies two rows of eight int8 with two others. */
    public boolean i8mm() {
        return this == NEON_I8MM;
    }

    public boolean avx512() {
        return bytes == 64;
    }
}
