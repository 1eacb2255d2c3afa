// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

/** The value types of GGUF metadata (docs/spec/models.md 8.1): id in the file, and bytes per value where that is fixed. */
enum GgufType {
    U8(0, 1),
    I8(1, 1),
    U16(2, 2),
    I16(3, 2),
    U32(4, 4),
    I32(5, 4),
    F32(6, 4),
    BOOL(7, 1),
    STRING(8, 0),
    ARRAY(9, 0),
    U64(10, 8),
    I64(11, 8),
    F64(12, 8);

    private final int id;
    private final int bytes;

    GgufType(int id, int bytes) {
        this.id = id;
        this.bytes = bytes;
    }

    int id() {
        return id;
    }

    /** Bytes per value; 0 for strings and arrays, whose size is stored with them. */
    int bytes() {
        return bytes;
    }

    boolean isInteger() {
        return switch (this) {
            case U8, I8, U16, I16, U32, I32, U64, I64 -> true;
            case F32, BOOL, STRING, ARRAY, F64 -> false;
        };
    }

    /** The type with this id, or null; the caller knows the place for its error message. */
    static GgufType byId(int id) {
        for (GgufType type : values()) {
            if (type.id == id) {
                return type;
            }
        }
        return null;
    }
}
