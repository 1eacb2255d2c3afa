// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Machine code that is being written: instructions, labels among them, and constants after them. Assemblers add the
 * instructions of an architecture.
 */
public abstract class CodeWriter {
    private record Constant(Label label, byte[] bytes) {}

    private final int maxAlignment;
    private final int padding;
    private byte[] code = new byte[1024];
    private int size;
    private final List<Constant> constants = new ArrayList<>();

    /**
     * @param maxAlignment bytes; longer constants are aligned to this
     * @param padding the byte that fills gaps between constants
     */
    protected CodeWriter(int maxAlignment, int padding) {
        this.maxAlignment = maxAlignment;
        this.padding = padding;
    }

    /** Binds a label to the next instruction. */
    public final void bind(Label label) {
        label.bind(size);
    }

    /** The label of a constant, which is stored after the code, aligned to its length. Equal constants are stored once. */
    protected final Label label(byte... constant) {
        for (Constant known : constants) {
            if (Arrays.equals(known.bytes, constant)) {
                return known.label;
            }
        }
        Constant added = new Constant(new Label(), constant.clone());
        constants.add(added);
        return added.label;
    }

    /** The finished code. Nothing may be added afterwards. */
    public final byte[] finish() {
        constants.sort((a, b) -> Integer.compare(b.bytes.length, a.bytes.length));
        for (Constant constant : constants) {
            int alignment = Math.min(maxAlignment, Integer.highestOneBit(constant.bytes.length));
            while (size % alignment != 0) {
                emit(padding);
            }
            constant.label.bind(size);
            for (byte b : constant.bytes) {
                emit(b);
            }
        }
        resolve();
        return Arrays.copyOf(code, size);
    }

    /** Writes the distances of all labels into the instructions that refer to them. */
    protected abstract void resolve();

    /** Bytes written so far: the place of the next instruction. */
    protected final int size() {
        return size;
    }

    protected final void emit(int b) {
        if (size == code.length) {
            code = Arrays.copyOf(code, 2 * size);
        }
        code[size++] = (byte) b;
    }

    /** Four bytes, the lowest first. */
    protected final void emit32(int value) {
        for (int i = 0; i < 4; i++) {
            emit(value >> 8 * i);
        }
    }

    protected final int int32(int at) {
        return code[at] & 0xff | (code[at + 1] & 0xff) << 8 | (code[at + 2] & 0xff) << 16 | code[at + 3] << 24;
    }

    protected final void put32(int at, int value) {
        for (int i = 0; i < 4; i++) {
            code[at + i] = (byte) (value >> 8 * i);
        }
    }
}
