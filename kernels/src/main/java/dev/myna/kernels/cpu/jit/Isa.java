// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

/** The instruction sets that kernels are written for, best first. */
public enum Isa {
    AVX512_VNNI("AVX-512 VNNI", 64, true),
    AVX512("AVX-512", 64, false),
    AVX2_VNNI("AVX-VNNI", 32, true),
    AVX2("AVX2", 32, false);

    private final String label;
    private final int bytes;
    private final boolean vnni;

    Isa(String label, int bytes, boolean vnni) {
        this.label = label;
        this.bytes = bytes;
        this.vnni = vnni;
    }

    /** The name used by its makers. */
    public String label() {
        return label;
    }

    /** Bytes of a vector. */
    int bytes() {
        return bytes;
    }

    /** 32-bit elements of a vector. */
    public int lanes() {
        return bytes / 4;
    }

    /** Whether four int8 products are summed by one instruction. */
    boolean vnni() {
        return vnni;
    }

    boolean avx512() {
        return bytes == 64;
    }
}
