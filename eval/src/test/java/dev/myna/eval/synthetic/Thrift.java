// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.synthetic;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Writes structs in Thrift's compact protocol, as footers and page headers of Parquet are. Begins within a struct. */
final class Thrift {
    static final int I32 = 5;
    static final int I64 = 6;
    static final int BINARY = 8;
    static final int STRUCT = 12;
    private static final int LIST = 9;
    private static final int SHORT_LIST = 15;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Deque<Integer> outer = new ArrayDeque<>();
    private int last;

    private void field(int id, int type) {
        out.write((id - last) << 4 | type);
        last = id;
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** A field with a number of type {@link #I32} or {@link #I64}. */
    void number(int id, long value, int type) {
        field(id, type);
        varint(value << 1 ^ value >> 63);
    }

    void text(int id, String text) {
        field(id, BINARY);
        element(text);
    }

    /** A field with a list; its elements follow. */
    void list(int id, int size, int type) {
        field(id, LIST);
        if (size < SHORT_LIST) {
            out.write(size << 4 | type);
        } else {
            out.write(SHORT_LIST << 4 | type);
            varint(size);
        }
    }

    void element(long value) {
        varint(value << 1 ^ value >> 63);
    }

    void element(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        varint(bytes.length);
        out.writeBytes(bytes);
    }

    /** A field with a struct, up to {@link #end}. */
    void struct(int id) {
        field(id, STRUCT);
        begin();
    }

    /** A struct that is an element of a list, up to {@link #end}. */
    void begin() {
        outer.push(last);
        last = 0;
    }

    void end() {
        out.write(0);
        last = outer.isEmpty() ? 0 : outer.pop();
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
