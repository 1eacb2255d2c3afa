// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

/** A place in the code, perhaps not reached yet. */
final class Label {
    private static final int UNBOUND = -1;

    private int position = UNBOUND;

    boolean bound() {
        return position != UNBOUND;
    }

    int position() {
        if (!bound()) {
            throw new IllegalStateException("a label is used that was never bound");
        }
        return position;
    }

    void bind(int at) {
        if (bound()) {
            throw new IllegalStateException("a label is bound twice");
        }
        position = at;
    }
}
