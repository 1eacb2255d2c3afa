// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.loaders.text.Text;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything before the tensor data (docs/spec/models.md 8.1), checked in full: every value lies inside the file and every
 * tensor inside the data section. The limits on counts bound the time and memory that a hostile file can cost. Real files stay
 * hundreds of times below them.
 *
 * @param version 2 or 3
 * @param values metadata by key, in file order
 * @param tensors tensors by name, in file order
 */
record GgufHeader(int version, Map<String, GgufValue> values, Map<String, TensorInfo> tensors) {
    /** Maximum number of keys, and of tensors, of a file. */
    static final int MAX_ENTRIES = 1 << 16;
    /** Maximum number of strings in all arrays of a file, and of elements of an array that can be decoded. */
    static final int MAX_ELEMENTS = 1 << 25;

    static final int MAX_KEY_BYTES = 65_535;
    /** Maximum bytes of all keys together. Keys are the only part of the metadata that is copied at once. */
    static final int MAX_ALL_KEY_BYTES = 1 << 24;

    static final int MAX_TENSOR_NAME_BYTES = 63;
    static final int MAX_DIMENSIONS = 4;
    static final String ALIGNMENT_KEY = "general.alignment";
    static final int DEFAULT_ALIGNMENT = 32;
    static final int MIN_ALIGNMENT = 8;
    static final int MAX_ALIGNMENT = 1 << 24;

    /** "GGUF" read as a little-endian u32. */
    static final int MAGIC = 0x46554747;

    private static final int MIN_KEY_ENTRY_BYTES = 8 + 1 + 4 + 1;
    private static final int MIN_TENSOR_ENTRY_BYTES = 8 + 1 + 4 + 8 + 4 + 8;

    static GgufHeader read(GgufCursor cursor) {
        int version = readVersion(cursor);
        long tensorCount = cursor.count("tensor count", MIN_TENSOR_ENTRY_BYTES, MAX_ENTRIES);
        long keyCount = cursor.count("key count", MIN_KEY_ENTRY_BYTES, MAX_ENTRIES);
        Map<String, GgufValue> values = readValues(cursor, keyCount);
        long alignment = alignment(cursor, values);
        Map<String, TensorInfo> tensors = TensorInfo.readAll(cursor, tensorCount, alignment);
        return new GgufHeader(version, values, tensors);
    }

    private static int readVersion(GgufCursor cursor) {
        FileKind.other(cursor.bytes()).ifPresent(kind -> {
            throw cursor.fail(kind);
        });
        cursor.u32("magic");
        int version = cursor.u32("version");
        if (version == 2 || version == 3) {
            return version;
        }
        int swapped = Integer.reverseBytes(version);
        if (swapped >= 1 && swapped <= 3) {
            throw cursor.fail("big-endian GGUF files are not supported; convert the model to little-endian");
        }
        throw cursor.fail("GGUF version " + Integer.toUnsignedString(version)
                + " is not supported, only 2 and 3; convert the model again");
    }

    private static Map<String, GgufValue> readValues(GgufCursor cursor, long count) {
        Map<String, GgufValue> values = new LinkedHashMap<>();
        long stringBudget = MAX_ELEMENTS;
        long keyBytes = 0;
        for (long i = 0; i < count; i++) {
            cursor.at("key " + i);
            long start = cursor.position();
            String key = cursor.name("key", MAX_KEY_BYTES);
            keyBytes += cursor.position() - start;
            if (keyBytes > MAX_ALL_KEY_BYTES) {
                throw cursor.fail("the keys together are longer than " + MAX_ALL_KEY_BYTES + " bytes");
            }
            cursor.at("key " + Text.quote(key));
            GgufValue value = readValue(cursor, stringBudget);
            if (value.array() && value.type() == GgufType.STRING) {
                stringBudget -= value.count();
            }
            if (values.putIfAbsent(key, value) != null) {
                throw cursor.fail("the key appears twice");
            }
        }
        return values;
    }

    private static GgufValue readValue(GgufCursor cursor, long stringBudget) {
        GgufType type = readType(cursor, "value type");
        if (type == GgufType.ARRAY) {
            return readArray(cursor, stringBudget);
        }
        if (type == GgufType.STRING) {
            long length = cursor.stringLength("string");
            GgufValue value = new GgufValue(type, false, 1, cursor.position(), length);
            cursor.skip(length, "string");
            return value;
        }
        GgufValue value = new GgufValue(type, false, 1, cursor.position(), type.bytes());
        if (type == GgufType.BOOL) {
            int bool = cursor.u8("bool");
            if (bool > 1) {
                throw cursor.fail("a bool is stored as 0 or 1, not as " + bool);
            }
        } else {
            cursor.skip(type.bytes(), type + " value");
        }
        return value;
    }

    private static GgufValue readArray(GgufCursor cursor, long stringBudget) {
        GgufType element = readType(cursor, "element type");
        if (element == GgufType.ARRAY) {
            throw cursor.fail("arrays of arrays are not supported");
        }
        if (element == GgufType.STRING) {
            long count = cursor.count("string count", Long.BYTES, stringBudget);
            long start = cursor.position();
            for (long i = 0; i < count; i++) {
                cursor.skip(cursor.stringLength("string of the array"), "string of the array");
            }
            return new GgufValue(element, true, count, start, cursor.position() - start);
        }
        long count = cursor.count("element count", element.bytes(), Long.MAX_VALUE);
        GgufValue value = new GgufValue(element, true, count, cursor.position(), count * element.bytes());
        cursor.skip(value.bytes(), "array");
        return value;
    }

    private static GgufType readType(GgufCursor cursor, String what) {
        int id = cursor.u32(what);
        GgufType type = GgufType.byId(id);
        if (type == null) {
            throw cursor.fail(what + " " + Integer.toUnsignedString(id) + " is unknown; 0 to 12 are defined");
        }
        return type;
    }

    private static long alignment(GgufCursor cursor, Map<String, GgufValue> values) {
        GgufValue value = values.get(ALIGNMENT_KEY);
        if (value == null) {
            return DEFAULT_ALIGNMENT;
        }
        cursor.at("key " + Text.quote(ALIGNMENT_KEY));
        if (value.array() || value.type() != GgufType.U32) {
            throw cursor.fail("the type is " + value.typeName() + "; it must be U32");
        }
        long alignment = Integer.toUnsignedLong(cursor.peekInt(value.offset()));
        if (!isAlignment(alignment)) {
            throw cursor.fail("the value is " + alignment + "; it must be a power of two from " + MIN_ALIGNMENT + " to "
                    + MAX_ALIGNMENT);
        }
        return alignment;
    }

    /** The format requires a multiple of 8, and ggml a power of two. */
    static boolean isAlignment(long alignment) {
        return alignment >= MIN_ALIGNMENT && alignment <= MAX_ALIGNMENT && Long.bitCount(alignment) == 1;
    }
}
