// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm;

/** A position in the code. It may be used before it is bound. */
public final class Label {
    private static final int UNBOUND = -1;

    private int position = UNBOUND;

    public boolean bound() {
        return position != UNBOUND;
    }

    public int position() {
        if (!bound()) {
            throw new IllegalStateException("a label is used but never bound");
        }
        return position;
    }

    public void bind(int at) {
        if (bound()) {
            throw new IllegalStateException("a label is bound twice");
        }
        position = at;
    }
}
