// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.loaders.text.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/** Metadata decoded from the file's bytes at each call. The header check ensures that every value lies inside them. */
final class MetadataView implements GgufMetadata {
    /** Maximum bytes of a string, or of all strings of an array, that are copied to the heap. */
    private static final long MAX_STRING_BYTES = 64L << 20;

    private static final long MAX_STRING_ARRAY_BYTES = 1L << 30;
    private static final int DESCRIBED_ELEMENTS = 6;

    private final MemorySegment bytes;
    private final String file;
    private final Map<String, GgufValue> values;
    private final Set<String> read = ConcurrentHashMap.newKeySet();

    MetadataView(MemorySegment bytes, String file, Map<String, GgufValue> values) {
        this.bytes = bytes;
        this.file = file;
        this.values = values;
    }

    @Override
    public Set<String> keys() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /** Keys whose values no getter has read yet, in file order. */
    List<String> unread() {
        return values.keySet().stream().filter(key -> !read.contains(key)).toList();
    }

    @Override
    public boolean has(String key) {
        return values.containsKey(key);
    }

    @Override
    public String string(String key) {
        GgufValue value = scalar(key);
        if (value.type() != GgufType.STRING) {
            throw wrongType(key, value, "a string");
        }
        if (value.bytes() > MAX_STRING_BYTES) {
            throw fail(
                    key, "the string has " + value.bytes() + " bytes; at most " + MAX_STRING_BYTES + " are supported");
        }
        return new String(copy(value.offset(), value.bytes()), StandardCharsets.UTF_8);
    }

    @Override
    public String string(String key, String fallback) {
        return has(key) ? string(key) : fallback;
    }

    @Override
    public boolean bool(String key, boolean fallback) {
        if (!has(key)) {
            return fallback;
        }
        GgufValue value = scalar(key);
        if (value.type() != GgufType.BOOL) {
            throw wrongType(key, value, "a bool");
        }
        return bytes.get(ValueLayout.JAVA_BYTE, value.offset()) != 0;
    }

    @Override
    public int integer(String key, int min, int max) {
        GgufValue value = scalar(key);
        if (!value.type().isInteger()) {
            throw wrongType(key, value, "an integer");
        }
        return inRange(key, value.type(), value.offset(), min, max);
    }

    @Override
    public int integer(String key, int min, int max, int fallback) {
        return has(key) ? integer(key, min, max) : fallback;
    }

    @Override
    public boolean isNoId(String key) {
        GgufValue value = has(key) ? scalar(key) : null;
        if (value == null || !value.type().isInteger()) {
            return false;
        }
        long integer = integerAt(value.type(), value.offset());
        return integer == -1 || value.type() == GgufType.U32 && integer == 0xFFFF_FFFFL;
    }

    @Override
    public float number(String key) {
        GgufValue value = scalar(key);
        float number = switch (value.type()) {
            case F32 -> bytes.get(GgufCursor.FLOAT, value.offset());
            case F64 -> (float) bytes.get(GgufCursor.DOUBLE, value.offset());
            default -> throw wrongType(key, value, "a floating-point number");
        };
        if (!Float.isFinite(number)) {
            throw fail(key, "the value is " + decimal(value.type(), value.offset()) + "; it must be a finite float");
        }
        return number;
    }

    @Override
    public float number(String key, float fallback) {
        return has(key) ? number(key) : fallback;
    }

    @Override
    public List<String> strings(String key) {
        byte[][] raw = byteStrings(key);
        String[] strings = new String[raw.length];
        for (int i = 0; i < raw.length; i++) {
            strings[i] = new String(raw[i], StandardCharsets.UTF_8);
            raw[i] = null; // halves the peak for a large vocabulary
        }
        return List.of(strings);
    }

    @Override
    public byte[][] byteStrings(String key) {
        GgufValue value = array(key);
        if (value.type() != GgufType.STRING) {
            throw wrongType(key, value, "an array of strings");
        }
        if (value.bytes() > MAX_STRING_ARRAY_BYTES) {
            throw fail(
                    key,
                    "the strings have " + value.bytes() + " bytes; at most " + MAX_STRING_ARRAY_BYTES
                            + " are supported");
        }
        byte[][] strings = new byte[checkedLength(key, value)][];
        long offset = value.offset();
        for (int i = 0; i < strings.length; i++) {
            long length = bytes.get(GgufCursor.LONG, offset);
            strings[i] = copy(offset + 8, length);
            offset += 8 + length;
        }
        return strings;
    }

    @Override
    public float[] floats(String key) {
        GgufValue value = array(key);
        if (value.type() != GgufType.F32) {
            throw wrongType(key, value, "an array of F32");
        }
        float[] floats = new float[checkedLength(key, value)];
        MemorySegment.copy(bytes, GgufCursor.FLOAT, value.offset(), floats, 0, floats.length);
        return floats;
    }

    @Override
    public boolean[] bools(String key) {
        GgufValue value = array(key);
        if (value.type() != GgufType.BOOL) {
            throw wrongType(key, value, "an array of booleans");
        }
        boolean[] bools = new boolean[checkedLength(key, value)];
        for (int i = 0; i < bools.length; i++) {
            bools[i] = bytes.get(ValueLayout.JAVA_BYTE, value.offset() + i) != 0;
        }
        return bools;
    }

    @Override
    public int[] integers(String key) {
        GgufValue value = array(key);
        if (!value.type().isInteger()) {
            throw wrongType(key, value, "an array of integers");
        }
        int[] integers = new int[checkedLength(key, value)];
        int step = value.type().bytes();
        for (int i = 0; i < integers.length; i++) {
            long offset = value.offset() + (long) i * step;
            integers[i] = inRange(key, value.type(), offset, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        return integers;
    }

    @Override
    public boolean isArray(String key) {
        return has(key) && value(key).array();
    }

    @Override
    public int length(String key) {
        return checkedLength(key, array(key));
    }

    @Override
    public String describe(String key) {
        GgufValue value = value(key);
        if (!value.array()) {
            return value.type() == GgufType.STRING
                    ? quoted(value.offset(), value.bytes())
                    : decimal(value.type(), value.offset());
        }
        StringJoiner elements = new StringJoiner(", ", "[", "] (" + value.count() + " × " + value.type() + ")");
        LongFunction<String> element = elementsOf(value);
        for (long i = 0; i < Math.min(value.count(), DESCRIBED_ELEMENTS); i++) {
            elements.add(element.apply(i));
        }
        return value.count() > DESCRIBED_ELEMENTS ? elements.add("…").toString() : elements.toString();
    }

    /** The bytes of a value as stored in the file. */
    MemorySegment raw(String key) {
        GgufValue value = value(key);
        return bytes.asSlice(value.offset(), value.bytes());
    }

    /** Where a value lies, and its type. */
    GgufValue value(String key) {
        GgufValue value = values.get(key);
        if (value == null) {
            throw fail(key, "the key is missing");
        }
        return value;
    }

    /** Texts of elements by index. Indices must rise, because strings have no fixed size. */
    private LongFunction<String> elementsOf(GgufValue value) {
        if (value.type() != GgufType.STRING) {
            return i -> decimal(value.type(), value.offset() + i * value.type().bytes());
        }
        long[] next = {value.offset()};
        return i -> {
            long length = bytes.get(GgufCursor.LONG, next[0]);
            String text = quoted(next[0] + 8, length);
            next[0] += 8 + length;
            return text;
        };
    }

    private String quoted(long offset, long length) {
        // 4 bytes hold any code point; one code point more than is shown makes quote() mark the cut.
        long prefix = Math.min(length, 4L * (Text.SHOWN + 1));
        return Text.quote(new String(copy(offset, prefix), StandardCharsets.UTF_8));
    }

    private String decimal(GgufType type, long offset) {
        return switch (type) {
            case F32 -> Float.toString(bytes.get(GgufCursor.FLOAT, offset));
            case F64 -> Double.toString(bytes.get(GgufCursor.DOUBLE, offset));
            case BOOL -> Boolean.toString(bytes.get(ValueLayout.JAVA_BYTE, offset) != 0);
            case U64 -> Long.toUnsignedString(bytes.get(GgufCursor.LONG, offset));
            default -> Long.toString(integerAt(type, offset));
        };
    }

    private int inRange(String key, GgufType type, long offset, int min, int max) {
        long integer = integerAt(type, offset);
        boolean tooLarge = type == GgufType.U64 && integer < 0;
        if (tooLarge || integer < min || integer > max) {
            throw fail(key, "the value " + decimal(type, offset) + " is not in " + min + ".." + max);
        }
        return (int) integer;
    }

    /** An integer; a u64 above the range of a long becomes negative. */
    private long integerAt(GgufType type, long offset) {
        return switch (type) {
            case U8 -> bytes.get(ValueLayout.JAVA_BYTE, offset) & 0xFFL;
            case I8 -> bytes.get(ValueLayout.JAVA_BYTE, offset);
            case U16 -> bytes.get(GgufCursor.SHORT, offset) & 0xFFFFL;
            case I16 -> bytes.get(GgufCursor.SHORT, offset);
            case U32 -> bytes.get(GgufCursor.INT, offset) & 0xFFFF_FFFFL;
            case I32 -> bytes.get(GgufCursor.INT, offset);
            case U64, I64 -> bytes.get(GgufCursor.LONG, offset);
            case F32, F64, BOOL, STRING, ARRAY -> throw new IllegalArgumentException(type + " is not an integer type");
        };
    }

    private byte[] copy(long offset, long length) {
        return bytes.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private GgufValue scalar(String key) {
        GgufValue value = value(key);
        read.add(key);
        if (value.array()) {
            throw wrongType(key, value, "a single value");
        }
        return value;
    }

    private GgufValue array(String key) {
        GgufValue value = value(key);
        read.add(key);
        if (!value.array()) {
            throw wrongType(key, value, "an array");
        }
        return value;
    }

    private int checkedLength(String key, GgufValue value) {
        if (value.count() > GgufHeader.MAX_ELEMENTS) {
            throw fail(
                    key,
                    "the array has " + value.count() + " elements; at most " + GgufHeader.MAX_ELEMENTS
                            + " are supported");
        }
        return (int) value.count();
    }

    private GgufException wrongType(String key, GgufValue value, String wanted) {
        return fail(key, "the type is " + value.typeName() + "; it must be " + wanted);
    }

    private GgufException fail(String key, String rule) {
        return new GgufException(file + ": key " + Text.quote(key) + ": " + rule);
    }
}
