// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * Keys and values of one sequence for every decoder layer, owned by a {@link Device}. Entries are addressed by
 * position; writing position p again overwrites it, so rewinding a conversation needs no operation here.
 */
public interface KvCache {
    /** Positions are stored in groups of this many; a last group that is not full takes as much memory as the others. */
    int GROUP = 16;

    /** Shape and number formats. */
    Shape shape();

    /** Bytes taken so far: at most {@link Shape#bytes}. Not for use while another thread computes with the cache. */
    default long allocatedBytes() {
        return shape().bytes();
    }

    /**
     * @param layers decoder layers
     * @param capacity positions that fit
     * @param heads key/value heads
     * @param headDim elements per head and position, for keys and again for values
     * @param keys number format of the keys: F32, F16 (even {@code headDim}) or Q8_0 (a multiple of 32)
     * @param values number format of the values, likewise
     */
    record Shape(int layers, int capacity, int heads, int headDim, TensorType keys, TensorType values) {
        public Shape {
            if (layers <= 0 || capacity <= 0 || heads <= 0 || headDim <= 0) {
                throw new IllegalArgumentException("layers, capacity, heads and head dim must be positive");
            }
            Math.multiplyExact(heads, headDim);
            requireUsable(keys, headDim);
            requireUsable(values, headDim);
        }

        private static void requireUsable(TensorType type, int headDim) {
            if (type != TensorType.F32 && type != TensorType.F16 && type != TensorType.Q8_0) {
                throw new IllegalArgumentException("KV cache type " + type + " is not supported; use F16, Q8_0 or F32");
            }
            int multiple = type == TensorType.F16 ? 2 : type.blockSize();
            if (headDim % multiple != 0) {
                throw new IllegalArgumentException("KV cache type " + type + " needs a head dim that is a multiple of "
                        + multiple + ", not " + headDim);
            }
        }

        /** Elements per position and layer, for keys and again for values. */
        public int width() {
            return heads * headDim;
        }

        /** The same shape with {@code count} layers. */
        public Shape ofLayers(int count) {
            return new Shape(count, capacity, heads, headDim, keys, values);
        }

        /** Bytes of keys and values together when every position is in use. */
        public long bytes() {
            long positions = Math.ceilDiv((long) capacity, GROUP) * GROUP;
            long perPosition = Math.addExact(keys.bytes(width()), values.bytes(width()));
            return Math.multiplyExact(Math.multiplyExact(layers, positions), perPosition);
        }
    }
}
