// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import java.lang.foreign.Arena;

/**
 * A llama or qwen2 decoder: rows in, logits out (spec models.md 5). Pre-norm layers of rotary attention and SwiGLU, causal
 * over each row's own sequence. Immutable; all mutable memory is in {@link Scratch} and {@link KvCache}.
 */
public final class Decoder {
    private final DecoderConfig config;
    private final DecoderWeights weights;
    private final Device device;
    private final Device.Heads heads;

    public Decoder(DecoderConfig config, DecoderWeights weights, Device device) {
        this.config = config;
        this.weights = weights;
        this.device = device;
        this.heads = new Device.Heads(
                config.heads(), config.kvHeads(), config.headDim(), (float) (1 / Math.sqrt(config.headDim())));
    }

    public DecoderConfig config() {
        return config;
    }

    /** Logits per row: rows of the embedding matrix. */
    public int vocabulary() {
        return weights.vocabulary();
    }

    /** Activations of a pass of at most {@code rows} rows; freed with the scope. */
    public final class Scratch {
        private final Buffer x;
        private final Buffer normed;
        private final Buffer query;
        private final Buffer key;
        private final Buffer value;
        private final Buffer attended;
        private final Buffer gate;
        private final Buffer up;
        private final Buffer last;
        private final Buffer logits;
        /** One view per row of x, made when first asked for. */
        private final Buffer[] xRows;

        public Scratch(Arena scope, int rows) {
            x = device.allocate(scope, rows, config.width());
            xRows = new Buffer[rows];
            normed = device.allocate(scope, rows, config.width());
            query = device.allocate(scope, rows, config.queryWidth());
            key = device.allocate(scope, rows, config.kvWidth());
            value = device.allocate(scope, rows, config.kvWidth());
            attended = device.allocate(scope, rows, config.queryWidth());
            gate = device.allocate(scope, rows, config.feedForward());
            up = device.allocate(scope, rows, config.feedForward());
            last = device.allocate(scope, 1, config.width());
            logits = device.allocate(scope, 1, weights.vocabulary());
        }

        /** The residual stream: fill its first rows, then {@link Decoder#forward}. */
        public Buffer x() {
            return x;
        }

        /** A row of {@link #x}. */
        public Buffer row(int row) {
            if (xRows[row] == null) {
                xRows[row] = x.slice(row, 1);
            }
            return xRows[row];
        }

        /** Rows that fit. */
        public int rows() {
            return x.rows();
        }
    }

    /** Keys and values of one new sequence, in number formats that {@link KvCache.Shape} allows. */
    public KvCache newCache(Arena scope, int capacity, TensorType keys, TensorType values) {
        return device.allocateKvCache(
                scope, new KvCache.Shape(config.layers(), capacity, config.kvHeads(), config.headDim(), keys, values));
    }

    /** {@code out[i] = embedding of ids[offset + i]}. */
    public void embed(int[] ids, int offset, Buffer out, int n) {
        device.embed(weights.tokenEmbedding(), ids, offset, out, n);
    }

    /** Runs the batch's rows, which are in {@code scratch.x()}, through all layers; stores their keys and values. */
    public void forward(Scratch scratch, Batch batch) {
        int n = batch.rows();
        for (int i = 0; i < config.layers(); i++) {
            DecoderWeights.Layer layer = weights.layers().get(i);
            device.rmsNorm(scratch.x, layer.attentionNorm(), config.normEps(), scratch.normed, n);
            device.matmul(layer.query(), layer.queryBias(), scratch.normed, scratch.query, n);
            device.matmul(layer.key(), layer.keyBias(), scratch.normed, scratch.key, n);
            device.matmul(layer.value(), layer.valueBias(), scratch.normed, scratch.value, n);
            device.rope(scratch.query, batch, config.rope());
            device.rope(scratch.key, batch, config.rope());
            device.storeKv(scratch.key, scratch.value, batch, i);
            device.attendCausal(scratch.query, batch, i, heads, scratch.attended);
            device.matmul(layer.attentionOutput(), null, scratch.attended, scratch.normed, n);
            device.add(scratch.x, scratch.normed, n);

            device.rmsNorm(scratch.x, layer.feedForwardNorm(), config.normEps(), scratch.normed, n);
            device.matmul(layer.gate(), null, scratch.normed, scratch.gate, n);
            device.matmul(layer.up(), null, scratch.normed, scratch.up, n);
            device.siluMul(scratch.gate, scratch.up, n);
            device.matmul(layer.down(), null, scratch.gate, scratch.normed, n);
            device.add(scratch.x, scratch.normed, n);
        }
    }

    /** Logits of one row of the last {@link #forward}: {@code vocabulary()} values. */
    public void logits(Scratch scratch, int row, float[] logits) {
        device.rmsNorm(scratch.row(row), weights.outputNorm(), config.normEps(), scratch.last, 1);
        device.matmul(weights.output(), null, scratch.last, scratch.logits, 1);
        device.read(scratch.logits, logits, 0, 1);
    }
}
