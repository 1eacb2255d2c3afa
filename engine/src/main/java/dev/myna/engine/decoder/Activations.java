// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import java.lang.foreign.Arena;

/** The rows of a batch on one device, and the buffers that layers compute in. For one thread at a time. */
public final class Activations {
    private final Device device;
    private final Buffer x;
    private final Buffer normed;
    private final Buffer query;
    private final Buffer key;
    private final Buffer value;
    private final Buffer attended;
    private final Buffer gate;
    private Batch batch;
    private int cacheLayer;

    Activations(Device device, Arena scope, int rows, DecoderConfig config) {
        this.device = device;
        x = device.allocate(scope, rows, config.width());
        normed = device.allocate(scope, rows, config.width());
        query = device.allocate(scope, rows, config.queryWidth());
        key = device.allocate(scope, rows, config.kvWidth());
        value = device.allocate(scope, rows, config.kvWidth());
        attended = device.allocate(scope, rows, config.queryWidth());
        gate = device.allocate(scope, rows, config.feedForward());
    }

    /** Bytes of one row of all buffers, and of the results that a CPU device keeps for itself: at most a row of the feed-forward block. */
    static long rowBytes(DecoderConfig config) {
        return 2L
                * Float.BYTES
                * ((long) config.width() + config.queryWidth() + config.kvWidth() + config.feedForward());
    }

    /**
     * Sets what the next layer computes.
     *
     * @param cacheLayer the layer's number in the caches of this device
     */
    void begin(Batch rows, int layer) {
        batch = rows;
        cacheLayer = layer;
    }

    /** The device that computes. */
    public Device device() {
        return device;
    }

    /** Sequence and position of each row. */
    public Batch batch() {
        return batch;
    }

    /** Rows of the batch. */
    public int rows() {
        return batch.rows();
    }

    /** The number of the layer in the caches of this device. */
    public int cacheLayer() {
        return cacheLayer;
    }

    /** The residual stream, [rows, width]. */
    public Buffer x() {
        return x;
    }

    /** The normed residual stream, [rows, width]. */
    public Buffer normed() {
        return normed;
    }

    /** Queries, [rows, query heads x head dim]. */
    public Buffer query() {
        return query;
    }

    /** Keys, [rows, kv heads x head dim]. */
    public Buffer key() {
        return key;
    }

    /** Values, [rows, kv heads x head dim]. */
    public Buffer value() {
        return value;
    }

    /** What the heads attended to, [rows, query heads x head dim]. */
    public Buffer attended() {
        return attended;
    }

    /** The gate of the feed-forward block, and its product with {@code up}: [rows, feed-forward]. */
    public Buffer gate() {
        return gate;
    }

    /** {@code out = in / rms(in) * gain} per row. {@code out} may be {@code in}. */
    public void rmsNorm(Norm norm, Buffer in, Buffer out) {
        device.norms().rmsNorm(norm, in, out, rows());
    }

    /** {@code out = W in + b} per row. */
    public void linear(Linear linear, Buffer in, Buffer out) {
        device.matrices().matmul(linear, in, out, rows());
    }

    /** {@code x += W in + b} per row. */
    public void addLinear(Linear linear, Buffer in) {
        device.matrices().matmulAdd(linear, in, x, rows());
    }
}
