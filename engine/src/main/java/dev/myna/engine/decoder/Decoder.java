// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.weights.Linear;
import dev.myna.engine.weights.Norm;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import java.lang.foreign.Arena;

/**
 * A decoder of any family: rows in, logits out (docs/spec/models.md 5). The family computes the layers. Immutable; all mutable memory is
 * in {@link Scratch} and {@link KvCache}.
 */
public final class Decoder {
    private final DecoderConfig config;
    private final DecoderWeights weights;
    private final Placement placement;

    public Decoder(DecoderConfig config, DecoderWeights weights, Placement placement) {
        this.config = config;
        this.weights = weights;
        this.placement = placement;
    }

    public DecoderConfig config() {
        return config;
    }

    /** Logits per row: rows of the embedding matrix. */
    public int vocabulary() {
        return weights.vocabulary();
    }

    /** The device of the embeddings, and of {@link Scratch#x}. */
    public Device front() {
        return placement.front();
    }

    /** As {@link Device#fewRows}, on all devices. */
    public int fewRows() {
        return Math.min(placement.front().fewRows(), placement.back().fewRows());
    }

    /**
     * Rows of a pass: as many as are wanted, or so many that their activations take no more memory than the weights do. Only a file
     * with very wide and very thin matrices has less room than any prompt can use.
     */
    public int mostRows(int wanted) {
        return (int) Math.min(wanted, Math.max(Proportion.rows(config, weights.bytes()), 2 * fewRows() + 1));
    }

    /** Activations of a pass of at most {@code rows} rows; freed with the scope. */
    public final class Scratch {
        private final Activations front;
        /** The same as the front's where there is one device. */
        private final Activations back;

        private final Buffer last;
        private final Buffer logits;
        /** One view per row of x at the front and at the back, made when first asked for. */
        private final Buffer[] frontRows;

        private final Buffer[] backRows;
        /** What crosses from the front to the back; empty where there is one device. */
        private final float[] crossing;

        private final Batch frontBatch;
        private final Batch backBatch;

        public Scratch(Arena scope, int rows) {
            this(scope, rows, 1);
        }

        /** @param logitRows most rows of one {@link Decoder#logits(Scratch, int, float[], int)} */
        public Scratch(Arena scope, int rows, int logitRows) {
            boolean divided = placement.divided();
            front = new Activations(placement.front(), scope, rows, config);
            back = divided ? new Activations(placement.back(), scope, rows, config) : front;
            frontRows = new Buffer[rows];
            backRows = divided ? new Buffer[rows] : frontRows;
            crossing = new float[divided ? Math.multiplyExact(rows, config.width()) : 0];
            frontBatch = new Batch(divided ? rows : 0);
            backBatch = new Batch(divided ? rows : 0);
            last = placement.back().allocate(scope, logitRows, config.width());
            logits = placement.back().allocate(scope, logitRows, weights.vocabulary());
        }

        /** The residual stream: fill its first rows, then {@link Decoder#forward}. */
        public Buffer x() {
            return front.x();
        }

        /** A row of {@link #x}. */
        public Buffer row(int row) {
            return row(frontRows, front, row);
        }

        private static Buffer row(Buffer[] views, Activations activations, int row) {
            if (views[row] == null) {
                views[row] = activations.x().slice(row, 1);
            }
            return views[row];
        }

        /** Rows that fit. */
        public int rows() {
            return front.x().rows();
        }

        /** Makes the batch's part of each device. */
        private void divide(Batch batch) {
            frontBatch.clear();
            backBatch.clear();
            for (int i = 0; i < batch.rows(); i++) {
                DividedCache cache = (DividedCache) batch.cache(i);
                frontBatch.add(cache.front(), batch.position(i));
                backBatch.add(cache.back(), batch.position(i));
            }
        }

        private void cross(int n) {
            placement.front().read(front.x(), crossing, 0, n);
            placement.back().write(back.x(), crossing, 0, n);
        }
    }

    /** Keys and values of one new sequence, in number formats that {@link KvCache.Shape} allows. */
    public KvCache newCache(Arena scope, int capacity, TensorType keys, TensorType values) {
        KvCache.Shape shape =
                new KvCache.Shape(config.layers(), capacity, config.kvHeads(), config.headDim(), keys, values);
        if (!placement.divided()) {
            return placement.front().allocateKvCache(scope, shape);
        }
        return new DividedCache(
                shape,
                placement.front().allocateKvCache(scope, shape.ofLayers(placement.split())),
                placement.back().allocateKvCache(scope, shape.ofLayers(config.layers() - placement.split())));
    }

    /**
     * Copies the first positions of a cache to another one of this decoder; {@link Device#copyKv}.
     *
     * @return false, and then the target is as good as empty, if a device cannot
     */
    public boolean copyCache(KvCache source, KvCache target, int count) {
        if (source instanceof DividedCache from && target instanceof DividedCache to) {
            return placement.front().copyKv(from.front(), to.front(), count)
                    && placement.back().copyKv(from.back(), to.back(), count);
        }
        return placement.front().copyKv(source, target, count);
    }

    /** {@code out[i] = embedding of ids[offset + i]}, at the front. */
    public void embed(int[] ids, int offset, Buffer out, int n) {
        placement.front().embed(weights.tokenEmbedding(), ids, offset, out, n);
    }

    /** As {@link #forward(Scratch, Batch, Checkpoint)}, to the end. */
    public void forward(Scratch scratch, Batch batch) {
        forward(scratch, batch, Checkpoint.NONE);
    }

    /**
     * Runs the batch's rows, which are in {@code scratch.x()}, through all layers; stores their keys and values.
     *
     * @param checkpoint asked before each layer; if it throws, the batch's positions hold nothing that may be used
     */
    public void forward(Scratch scratch, Batch batch, Checkpoint checkpoint) {
        if (!placement.divided()) {
            layers(scratch.front, batch, checkpoint, 0, config.layers());
            return;
        }
        scratch.divide(batch);
        layers(scratch.front, scratch.frontBatch, checkpoint, 0, placement.split());
        scratch.cross(batch.rows());
        layers(scratch.back, scratch.backBatch, checkpoint, placement.split(), config.layers());
    }

    /** Layers {@code from} to {@code to} - 1, which are one device's layers 0, 1, ... */
    private void layers(Activations a, Batch batch, Checkpoint checkpoint, int from, int to) {
        for (int i = from; i < to; i++) {
            checkpoint.check();
            a.begin(batch, i - from);
            weights.layers().get(i).forward(a);
        }
    }

    /** Logits of one row of the last {@link #forward}: {@code vocabulary()} values. */
    public void logits(Scratch scratch, int row, float[] logits) {
        Buffer x = Scratch.row(scratch.backRows, scratch.back, row);
        logits(x, scratch, 1, logits, 0);
    }

    /** Logits of the first {@code n} rows of the last {@link #forward}: n times {@code vocabulary()} values. */
    public void logits(Scratch scratch, int n, float[] logits, int offset) {
        logits(scratch.back.x(), scratch, n, logits, offset);
    }

    private void logits(Buffer x, Scratch scratch, int n, float[] logits, int offset) {
        Device device = placement.back();
        Norm norm = weights.outputNorm();
        Linear output = weights.output();
        device.rmsNorm(x, norm.gain(), norm.eps(), scratch.last, n);
        device.matmul(output.weight(), output.bias(), scratch.last, scratch.logits, n);
        device.read(scratch.logits, logits, offset, n);
    }
}
