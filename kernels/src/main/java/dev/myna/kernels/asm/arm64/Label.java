// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/** A place in the code, perhaps not reached yet. */
public final class Label {
    private static final int UNBOUND = -1;

    private int position = UNBOUND;

    int position() {
        if (position == UNBOUND) {
            throw new IllegalStateException("a label is used that was never bound");
        }
        return position;
    }

    void bind(int at) {
        if (position != UNBOUND) {
            throw new IllegalStateException("a label is bound twice");
        }
        position = at;
    }
}
