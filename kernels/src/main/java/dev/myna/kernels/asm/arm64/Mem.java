// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/** The address of a memory operand. */
public sealed interface Mem {

    /** {@code base + offset}; {@code base} does not change. */
    record Offset(X base, int offset) implements Mem {
        @Override
        public String toString() {
            return offset == 0 ? "[" + base + "]" : "[" + base + ", #" + offset + "]";
        }
    }

    /** {@code base + (index << shift)}; the shift is 0 or the binary logarithm of the accessed bytes. */
    record Indexed(X base, X index, int shift) implements Mem {
        @Override
        public String toString() {
            return "[" + base + ", " + index + (shift == 0 ? "]" : ", lsl #" + shift + "]");
        }
    }

    /** Post-indexed: {@code base}, to which {@code step} is added afterwards. */
    record Post(X base, int step) implements Mem {
        @Override
        public String toString() {
            return "[" + base + "], #" + step;
        }
    }

    /** Pre-indexed: {@code base}, after {@code step} was added to it. */
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
