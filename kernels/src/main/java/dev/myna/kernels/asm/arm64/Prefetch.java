// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/**
 * The operation of {@code prfm}: load or store, the cache level, and whether the line is kept ({@code KEEP}) or streamed
 * ({@code STRM}).
 */
public enum Prefetch {
    PLDL1KEEP(0),
    PLDL1STRM(1),
    PLDL2KEEP(2),
    PLDL2STRM(3),
    PLDL3KEEP(4),
    PSTL1KEEP(16);

    private final int code;

    Prefetch(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
