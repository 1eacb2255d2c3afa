// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Elements of tensors as numbers. */
final class Values {
    private Values() {}

    /** All elements as they are stored, in row-major order. */
    static byte[] stored(SourceTensor tensor) {
        byte[] bytes =
                new byte[Math.toIntExact(tensor.elements() * tensor.type().bytes())];
        tensor.read(0, MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** All elements, read in pieces of {@code piece} elements. */
    static float[] floats(SourceTensor tensor, int piece) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        for (int first = 0; first < values.length; first += piece) {
            int count = Math.min(piece, values.length - first);
            byte[] bytes = new byte[count * tensor.type().bytes()];
            tensor.read(first, MemorySegment.ofArray(bytes));
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                values[first + i] = next(buffer, tensor.type());
            }
        }
        return values;
    }

    private static float next(ByteBuffer buffer, ElementType type) {
        return switch (type) {
            case F64 -> (float) buffer.getDouble();
            case F32 -> buffer.getFloat();
            case F16 -> Float.float16ToFloat(buffer.getShort());
            case BF16 -> Float.intBitsToFloat(buffer.getShort() << 16);
            case I64 -> buffer.getLong();
            case I32 -> buffer.getInt();
            case I16 -> buffer.getShort();
            case I8 -> buffer.get();
            case U8, BOOL -> buffer.get() & 0xFF;
        };
    }
}
