// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * The operations that a model needs. Model code is written once against this interface. The scalar implementation is the
 * specification of each operation, and every other one is tested against it.
 *
 * <p>Dimension letters, project-wide: {@code m} weight rows (outputs), {@code k} inner width (inputs), {@code n}
 * activation rows. Operations work on the first {@code n} rows of their buffers. Unless an operation says that it works in
 * place, {@code out} must not overlap its inputs. Shapes are checked once per call:
 * {@link IllegalArgumentException} names the operand that does not fit.
 *
 * <p>A device may be shared by several threads; buffers and caches may not.
 */
public interface Device extends AutoCloseable {

    /** One line for people: implementation, vector width, threads. */
    String description();

    /**
     * Which implementation of arithmetic this is: {@code machine code for AVX-512 VNNI}, {@code Vector API, 256-bit vectors} or
     * {@code scalar} on a CPU.
     */
    default String kernels() {
        return description();
    }

    /** Why this is a slower implementation than the caller requested, and what to do about it, in one line; empty if it is not. */
    default Optional<String> fallback() {
        return Optional.empty();
    }

    /** Bytes of the device's own memory that weights, buffers and caches take now; 0 for a device that computes in the host's memory. */
    default long memoryInUse() {
        return 0;
    }

    /**
     * The most activation rows that count as few. On a CPU a row's result has the same bits in all batches of few rows, and the same
     * bits in all larger batches, whatever the other rows are. Between the two it may differ by rounding, because they are multiplied
     * in different ways. Other devices have more ways.
     */
    int fewRows();

    /** Makes a weight usable by this device. The tensor's memory must outlive the returned handle. */
    Weight load(Tensor tensor);

    /** A zeroed buffer that is freed when {@code scope} closes. */
    Buffer allocate(Arena scope, int rows, int width);

    /** A key/value cache that is freed when {@code scope} closes. */
    KvCache allocateKvCache(Arena scope, KvCache.Shape shape);

    /** Waits until all operations so far are done. Only measurements need it: {@link #read} waits by itself. */
    default void synchronize() {}

    /** Copies {@code n} rows from {@code source}, starting at element {@code offset}, to the first rows of {@code target}. */
    void write(Buffer target, float[] source, int offset, int n);

    /** Copies the first {@code n} rows of {@code source} to {@code target}, starting at element {@code offset}. */
    void read(Buffer source, float[] target, int offset, int n);

    /** {@code target[i] = source[i]} for the first {@code n} rows. */
    void copy(Buffer source, Buffer target, int n);

    /** {@code out[i] = table[ids[offset + i]]}, dequantized: rows [n, k] of an embedding table with k columns. */
    void embed(Weight table, int[] ids, int offset, Buffer out, int n);

    /** {@code out[n, m] = in[n, k] . weight[m, k]^T + bias[m]}. */
    void matmul(Linear linear, Buffer in, Buffer out, int n);

    /** {@code x[n, m] += in[n, k] . weight[m, k]^T + bias[m]}: a matmul whose result is added to the residual stream. */
    void matmulAdd(Linear linear, Buffer in, Buffer x, int n);

    /** {@code gate[n, m] = f(gate) * (in[n, k] . weight[m, k]^T + bias[m])}: the second half of SwiGLU and its relatives. */
    void gatedMatmul(Activation f, Linear up, Buffer in, Buffer gate, int n);

    /** {@code out[n, m] = in[n, k] . rows[m, k]^T}: a matmul with activations in place of weights. */
    void matmulTransposed(Buffer in, Buffer rows, Buffer out, int n);

    /**
     * {@code out = x / sqrt(mean(x^2) + eps) * gain} per row. {@code out} may be {@code in}. Rows may be several times as wide as the
     * gain: then each stretch of its width is normed by itself (the heads of queries and keys).
     */
    void rmsNorm(Norm norm, Buffer in, Buffer out, int n);

    /** {@code out = (x - mean(x)) / sqrt(var(x) + eps) * gain + bias} per row (biased variance), no bias if it is null. {@code out} may be {@code in}. */
    void layerNorm(Norm norm, Buffer in, Buffer out, int n);

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

    /** {@code x += y}, in place. */
    void add(Buffer x, Buffer y, int n);

    /** {@code x += scale * y}, in place. */
    void addScaled(Buffer x, Buffer y, float scale, int n);

    /** {@code x = x * factor}, in place. */
    void scale(Buffer x, float factor, int n);

    /** {@code x[i, c] += rows[i % rows.rows(), c]}: position embeddings over one or more images, in place. */
    void addRows(Buffer x, Weight rows, int n);

    /** {@code x[i, c] *= row[0, c]}: one factor per channel, in place (squeeze-excite gates). */
    void mulRow(Buffer x, Buffer row, int n);

    /** {@code x = f(x)} element-wise, in place. */
    void activate(Activation f, Buffer x, int n);

    /** {@code gate = silu(gate) * up}, in place in {@code gate} (SwiGLU). */
    void siluMul(Buffer gate, Buffer up, int n);

    /** Softmax over each row, in place. */
    void softmax(Buffer x, int n);

    /**
     * Depth-wise 3x3 convolution with zero padding 1 over one image stored as rows: row {@code y * gridWidth + x} holds
     * the channels of pixel (x, y). {@code out} has {@code ceil(gridHeight / stride) * ceil(gridWidth / stride)} rows.
     *
     * @param kernel its weight is [3, 3, C] (or [3, 3, 1, C]) in ggml order, x contiguous; its bias has C elements
     */
    void depthwiseConv3x3(Buffer in, int gridHeight, int gridWidth, Linear kernel, int stride, Buffer out);

    /** Mean over 2x2 pixels of one image stored as rows; the grid's sides must be even. */
    void averagePool2x2(Buffer in, int gridHeight, int gridWidth, Buffer out);

    /** {@code out[0, c] = mean over the first n rows of in[., c]}. */
    void meanRows(Buffer in, Buffer out, int n);

    /** Releases threads and device memory. Idempotent. */
    @Override
    void close();

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
