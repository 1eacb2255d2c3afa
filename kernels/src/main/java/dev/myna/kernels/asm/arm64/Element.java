// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/**
 * One element of a vector register.
 *
 * @param index 0 to 31
 */
public record Element(int index, Size size, int lane) {
    public Element {
        if (lane < 0 || lane >= 16 / size.bytes()) {
            throw new IllegalArgumentException("no element " + lane + " of size " + size);
        }
    }

    /** The imm5 field: its lowest set bit gives the size, the bits above it the lane. */
    int imm5() {
        return (2 * lane + 1) << size.ordinal();
    }

    @Override
    public String toString() {
        return "v" + index + "." + size + "[" + lane + "]";
    }
}
