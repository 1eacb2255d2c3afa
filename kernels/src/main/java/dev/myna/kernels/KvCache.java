// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * Keys and values of one sequence for every decoder layer, owned by a {@link Device}. Entries are addressed by
 * position; writing position p again overwrites it, so rewinding a conversation needs no operation here.
 */
public interface KvCache {

    /** Shape and number format. */
    Shape shape();

    /**
     * @param layers decoder layers
     * @param capacity positions that fit
     * @param width elements per position and layer, for keys and again for values: kv heads x head dim
     * @param type F32 or F16
     */
    record Shape(int layers, int capacity, int width, TensorType type) {
        public Shape {
            if (layers <= 0 || capacity <= 0 || width <= 0) {
                throw new IllegalArgumentException("layers, capacity and width must be positive");
            }
            if (type != TensorType.F32 && type != TensorType.F16) {
                throw new IllegalArgumentException("KV cache type " + type + " is not supported; use F16 or F32");
            }
        }

        /** Bytes of keys and values together. */
        public long bytes() {
            return Math.multiplyExact(Math.multiplyExact(2L * layers, (long) capacity), type.bytes(width));
        }
    }
}
