// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/** A place in memory. */
public sealed interface Mem {

    /** {@code base + offset}; {@code base} stays what it is. */
    record Offset(X base, int offset) implements Mem {
        @Override
        public String toString() {
            return offset == 0 ? "[" + base + "]" : "[" + base + ", #" + offset + "]";
        }
    }

    /** {@code base + (index << shift)}; the shift is none or the logarithm of the accessed bytes. */
    record Indexed(X base, X index, int shift) implements Mem {
        @Override
        public String toString() {
            return "[" + base + ", " + index + (shift == 0 ? "]" : ", lsl #" + shift + "]");
        }
    }

    /** {@code base}, which is then moved on. */
    record Post(X base, int step) implements Mem {
        @Override
        public String toString() {
            return "[" + base + "], #" + step;
        }
    }

    /** {@code base}, after it was moved on. */
    record Pre(X base, int step) implements Mem {
        @Override
        public String toString() {
            return "[" + base + ", #" + step + "]!";
        }
    }

    static Mem at(X base) {
        return new Offset(base, 0);
    }

    static Mem at(X base, int offset) {
        return new Offset(base, offset);
    }

    static Mem at(X base, X index) {
        return new Indexed(base, index, 0);
    }

    static Mem at(X base, X index, int shift) {
        return new Indexed(base, index, shift);
    }

    static Mem post(X base, int step) {
        return new Post(base, step);
    }

    static Mem pre(X base, int step) {
        return new Pre(base, step);
    }
}
