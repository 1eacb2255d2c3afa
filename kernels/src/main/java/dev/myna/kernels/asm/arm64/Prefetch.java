// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/** What memory is asked for by {@code prfm}: the cache level, and whether it stays ({@code KEEP}) or passes by. */
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
