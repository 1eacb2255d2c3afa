// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * Attention on a {@link Device}: turns queries and keys by their positions, stores keys and values, and attends to them. The rules of
 * {@link Device} hold.
 */
public interface Attention {

    /**
     * Rotates the heads of {@code x} in place by the positions of {@code batch}: pair j of a head turns by
     * {@code batch.ropePosition(i, rope.axes().get(j)) * rope.frequency(j)} radians. Row i of {@code x} is row i of the batch.
     */
    void rope(Buffer x, Batch batch, Rope rope);

    /** Stores the keys and values of the batch's rows [n, kv heads x head dim] at their positions in {@code layer}. */
    void storeKv(Buffer keys, Buffer values, Batch batch, int layer);

    /**
     * Copies positions 0 to {@code count} - 1 of all layers to a cache of the same shape.
     *
     * @return false if the device has no fast way to do so; then nothing was copied
     */
    default boolean copyKv(KvCache source, KvCache target, int count) {
        return false;
    }

    /**
     * Rotates queries and keys by the positions of the batch, and stores keys and values in {@code layer}: {@link #rope} twice,
     * then {@link #storeKv}. Whether the rows of {@code keys} are rotated afterwards depends on the device.
     */
    default void ropeAndStoreKv(Buffer query, Buffer keys, Buffer values, Batch batch, Rope rope, int layer) {
        rope(query, batch, rope);
        rope(keys, batch, rope);
        storeKv(keys, values, batch, layer);
    }

    /** A window that is wider than any context. */
    int NO_WINDOW = Integer.MAX_VALUE;

    /** {@link #attendCausal(Buffer, Batch, int, Heads, int, Buffer)} over all positions up to the row's own. */
    default void attendCausal(Buffer query, Batch batch, int layer, Heads heads, Buffer out) {
        attendCausal(query, batch, layer, heads, NO_WINDOW, out);
    }

    /**
     * Causal attention of the batch's query rows [n, heads x headDim] over an interval of positions of their own sequence in
     * {@code layer}, all of them stored before. A row at position p looks at {@code max(0, p - window + 1)} to p, and at all of its
     * {@link Batch#block}. Query head h uses kv head {@code h / (heads / kvHeads)}. {@code out[n, heads x headDim]}.
     *
     * @param window positions a row looks at, its own and those before; positive
     */
    void attendCausal(Buffer query, Batch batch, int layer, Heads heads, int window, Buffer out);

    /**
     * Full (unmasked) attention inside groups of {@code group} consecutive rows, for example the 577 rows of one image:
     * query, key and value are [n, heads x headDim], n a multiple of {@code group}. {@code out[n, heads x headDim]}.
     */
    void attendFull(Buffer query, Buffer key, Buffer value, int group, Heads heads, Buffer out, int n);

    /**
     * As {@link #attendFull} inside groups of different lengths: windows of an image, which are smaller at its edges. Neighbours of one
     * length are computed together.
     *
     * @param groups rows of each group, in their order; positive, and {@code out} has as many rows as all of them or more
     */
    default void attendGroups(Buffer query, Buffer key, Buffer value, int[] groups, Heads heads, Buffer out) {
        int row = 0;
        for (int first = 0; first < groups.length; ) {
            int end = first + 1;
            while (end < groups.length && groups[end] == groups[first]) {
                end++;
            }
            int n = Math.multiplyExact(groups[first], end - first);
            attendFull(
                    query.slice(row, n),
                    key.slice(row, n),
                    value.slice(row, n),
                    groups[first],
                    heads,
                    out.slice(row, n),
                    n);
            row += n;
            first = end;
        }
    }

    /**
     * Attention shape.
     *
     * @param count query heads
     * @param kvCount key/value heads; divides {@code count}
     * @param dim elements per head
     * @param scale factor on the scores, usually {@code 1 / sqrt(dim)}
     * @param softCap scaled scores become {@code softCap tanh(score / softCap)}; 0 for no such bound
     */
    record Heads(int count, int kvCount, int dim, float scale, float softCap) {
        public Heads {
            if (!(softCap >= 0) || softCap == Float.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("a bound of scores must be 0 or positive, not " + softCap);
            }
            if (count <= 0 || kvCount <= 0 || dim <= 0 || count % kvCount != 0) {
                throw new IllegalArgumentException(
                        "heads " + count + ", kv heads " + kvCount + ", head dim " + dim + " do not fit together");
            }
        }

        /** Scores without a bound. */
        public Heads(int count, int kvCount, int dim, float scale) {
            this(count, kvCount, dim, scale, 0);
        }
    }
}
