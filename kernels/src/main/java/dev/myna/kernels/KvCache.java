// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.util.List;

/**
 * Keys and values of one sequence for every decoder layer, owned by a {@link Device}. Entries are addressed by
 * position; writing position p again overwrites it, so rewinding a conversation needs no operation here. A layer with a window may drop
 * positions that no later row can see: then only {@link #canContinueAt} says where a conversation may be taken up again.
 */
public interface KvCache {
    /** Positions are stored in groups of this many; a last group that is not full takes as much memory as the others. */
    int GROUP = 16;

    /** A layer with a window drops positions in blocks of this many. */
    int BLOCK = 128;

    /** Shape and number formats. */
    Shape shape();

    /** Bytes taken so far: at most {@link Shape#bytes}. Not for use while another thread computes with the cache. */
    default long allocatedBytes() {
        return shape().bytes();
    }

    /** Bytes when every position is in use. */
    default long maxBytes() {
        return shape().bytes();
    }

    /** Whether all that a row at {@code position} may see is still there, if all positions before it were stored. */
    default boolean canContinueAt(int position) {
        return true;
    }

    /**
     * @param layers decoder layers
     * @param capacity positions that fit
     * @param heads key/value heads
     * @param headDim elements per head and position, for keys and again for values
     * @param keys number format of the keys: F32, F16 (even {@code headDim}) or Q8_0 (a multiple of 32)
     * @param values number format of the values, likewise
     * @param windows of each layer, how many positions a row may look at, its own and those before; empty if all look at everything
     * @param maxRows rows of a sequence that are stored before the first of them is looked at, at most; only windows need it
     */
    record Shape(
            int layers,
            int capacity,
            int heads,
            int headDim,
            TensorType keys,
            TensorType values,
            List<Integer> windows,
            int maxRows) {

        /** Layers that look at everything. */
        public Shape(int layers, int capacity, int heads, int headDim, TensorType keys, TensorType values) {
            this(layers, capacity, heads, headDim, keys, values, List.of(), 1);
        }

        public Shape {
            windows = List.copyOf(windows);
            if (!windows.isEmpty() && windows.size() != layers || maxRows <= 0) {
                throw new IllegalArgumentException(
                        windows.size() + " windows of " + layers + " layers, for " + maxRows + " rows");
            }
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

        /** The same shape with layers {@code from} to {@code to} - 1 only. */
        public Shape ofLayers(int from, int to) {
            return new Shape(
                    to - from,
                    capacity,
                    heads,
                    headDim,
                    keys,
                    values,
                    windows.isEmpty() ? windows : windows.subList(from, to),
                    maxRows);
        }

        /**
         * Positions that a layer has room for: all, or whole blocks that hold what the first of {@code maxRows} new rows looks at, and
         * these rows.
         */
        public int positions(int layer) {
            long all = Math.ceilDiv((long) capacity, GROUP) * GROUP;
            if (windows.isEmpty()) {
                return Math.toIntExact(all);
            }
            long kept = (long) windows.get(layer) - 1 + maxRows;
            return Math.toIntExact(Math.min(all, (Math.ceilDiv(kept, BLOCK) + 1) * BLOCK));
        }

        /** Bytes of keys and values together when every position is in use. */
        public long bytes() {
            long perPosition = Math.addExact(keys.bytes(width()), values.bytes(width()));
            long positions = 0;
            for (int layer = 0; layer < layers; layer++) {
                positions = Math.addExact(positions, positions(layer));
            }
            return Math.multiplyExact(positions, perPosition);
        }
    }
}
