// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/**
 * A vector register. Its views are the operands of instructions: {@code v.s4()} is the register as four 32-bit elements, {@code
 * v.s()} a 32-bit scalar, {@code v.s(1)} one element.
 *
 * @param index 0 to 31
 */
public record V(int index) {
    public V {
        if (index < 0 || index > 31) {
            throw new IllegalArgumentException("no register v" + index);
        }
    }

    /** All elements of an arrangement. */
    public Vec as(Arrangement arrangement) {
        return new Vec(index, arrangement);
    }

    public Vec b8() {
        return as(Arrangement.B8);
    }

    public Vec b16() {
        return as(Arrangement.B16);
    }

    public Vec h4() {
        return as(Arrangement.H4);
    }

    public Vec h8() {
        return as(Arrangement.H8);
    }

    public Vec s2() {
        return as(Arrangement.S2);
    }

    public Vec s4() {
        return as(Arrangement.S4);
    }

    public Vec d1() {
        return as(Arrangement.D1);
    }

    public Vec d2() {
        return as(Arrangement.D2);
    }

    public Scalar h() {
        return new Scalar(index, Size.H);
    }

    public Scalar s() {
        return new Scalar(index, Size.S);
    }

    public Scalar d() {
        return new Scalar(index, Size.D);
    }

    public Scalar q() {
        return new Scalar(index, Size.Q);
    }

    public Element b(int lane) {
        return new Element(index, Size.B, lane);
    }

    public Element h(int lane) {
        return new Element(index, Size.H, lane);
    }

    public Element s(int lane) {
        return new Element(index, Size.S, lane);
    }

    public Element d(int lane) {
        return new Element(index, Size.D, lane);
    }

    /** Four neighbouring bytes, an operand of dot products. */
    public Quad b4(int lane) {
        return new Quad(index, lane);
    }

    @Override
    public String toString() {
        return "v" + index;
    }
}
