// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Cancellation;
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
    private final LayerPlacement placement;

    public Decoder(DecoderConfig config, DecoderWeights weights, LayerPlacement placement) {
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

    /** The smallest {@link Device#fewRows} of all devices. */
    public int fewRows() {
        return Math.min(placement.front().fewRows(), placement.back().fewRows());
    }

    /**
     * The largest number of rows in a batch: {@code limit}, or fewer if their activations would take more memory than the weights. Only
     * a file with very wide and very thin matrices gets fewer.
     */
    public int maxRows(int limit) {
        return (int) Math.min(limit, Math.max(Proportion.rows(config, weights.bytes()), 2 * fewRows() + 1));
    }

    /** Activations of a batch of at most {@code rows} rows; freed with the scope. */
    public final class Scratch {
        private final Activations front;
        /** {@code front} itself if there is one device. */
        private final Activations back;

        private final Buffer last;
        private final Buffer logits;
        /** One view per row of x at the front, created on first use. */
        private final Buffer[] frontRows;

        /** The same at the back. */
        private final Buffer[] backRows;
        /** The residual stream on its way from the front to the back; empty if there is one device. */
        private final float[] crossing;

        private final Batch frontBatch;
        private final Batch backBatch;
        private final Deepstack deepstack = new Deepstack(config);

        public Scratch(Arena scope, int rows) {
            this(scope, rows, 1);
        }

        /** @param logitRows the largest number of rows of one {@link Decoder#logits(Scratch, int, float[], int)} */
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

        /** The residual stream, [rows, width]. Fill its first rows, then call {@link Decoder#forward}. */
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

        /** The largest number of rows of a batch. */
        public int rows() {
            return front.x().rows();
        }

        /** Forgets rows of images that no {@link Decoder#forward} has taken. */
        public void clear() {
            deepstack.clear();
        }

        /** Fills the batch of each device. */
        private void divide(Batch batch) {
            frontBatch.clear();
            backBatch.clear();
            for (int i = 0; i < batch.rows(); i++) {
                DividedCache cache = (DividedCache) batch.cache(i);
                add(frontBatch, cache.front(), batch, i);
                add(backBatch, cache.back(), batch, i);
            }
        }

        private static void add(Batch target, KvCache cache, Batch batch, int row) {
            target.add(
                    cache,
                    batch.position(row),
                    batch.ropePosition(row, 0),
                    batch.ropePosition(row, 1),
                    batch.ropePosition(row, 2));
            target.block(batch.blockFirst(row), batch.blockLast(row));
        }

        /** Copies the residual stream from the front to the back. */
        private void cross(int n) {
            placement.front().read(front.x(), crossing, 0, n);
            placement.back().write(back.x(), crossing, 0, n);
        }
    }

    /**
     * Allocates keys and values of one sequence.
     *
     * @param maxRows rows of the sequence in one pass, at most: layers with a window drop what is farther back
     * @throws IllegalArgumentException if {@link KvCache.Shape} does not allow these types
     */
    public KvCache newCache(Arena scope, int capacity, TensorType keys, TensorType values, int maxRows) {
        KvCache.Shape shape = new KvCache.Shape(
                config.layers(),
                capacity,
                config.kvHeads(),
                config.headDim(),
                keys,
                values,
                config.local().windows(config.layers()),
                maxRows);
        if (!placement.divided()) {
            return placement.front().allocateKvCache(scope, shape);
        }
        return new DividedCache(
                shape,
                placement.front().allocateKvCache(scope, shape.ofLayers(0, placement.split())),
                placement.back().allocateKvCache(scope, shape.ofLayers(placement.split(), config.layers())));
    }

    /** As {@link #newCache(Arena, int, TensorType, TensorType, int)}, for passes of any number of rows: nothing is dropped. */
    public KvCache newCache(Arena scope, int capacity, TensorType keys, TensorType values) {
        return newCache(scope, capacity, keys, values, capacity);
    }

    /**
     * Copies the first {@code count} positions of a cache to another cache of this decoder ({@link Attention#copyKv}).
     *
     * @return false if a device cannot; the target's contents are then undefined
     */
    public boolean copyCache(KvCache source, KvCache target, int count) {
        if (source instanceof DividedCache from && target instanceof DividedCache to) {
            return placement.front().attention().copyKv(from.front(), to.front(), count)
                    && placement.back().attention().copyKv(from.back(), to.back(), count);
        }
        return placement.front().attention().copyKv(source, target, count);
    }

    /** {@code out[i] = embedding of ids[offset + i]} for n rows, at the front. */
    public void embed(int[] ids, int offset, Buffer out, int n) {
        placement.front().matrices().embed(weights.tokenEmbedding(), ids, offset, out, n);
        if (config.traits().embeddingScale() != 1) {
            placement.front().elementwise().scale(out, config.traits().embeddingScale(), n);
        }
    }

    /**
     * Writes rows of an image to {@link Scratch#x}. What they hold for deepstack layers is added by the next {@link #forward}.
     *
     * @param values rows of {@link DecoderConfig#imageRowWidth} elements
     * @param from the first of {@code count} rows of {@code values}
     * @param row the first row of x
     */
    public void writeImage(Scratch scratch, float[] values, int from, int row, int count) {
        scratch.deepstack.write(placement.front(), values, from, scratch.x(), row, count);
    }

    /** As {@link #forward(Scratch, Batch, Checkpoint)} without a checkpoint. */
    public void forward(Scratch scratch, Batch batch) {
        forward(scratch, batch, Checkpoint.NONE);
    }

    /**
     * Computes all layers for the rows of the batch, which are in {@code scratch.x()}, and stores their keys and values.
     *
     * @param checkpoint is called before each layer and within operations; if it throws, the caches' contents at the batch's positions
     *     are undefined
     */
    public void forward(Scratch scratch, Batch batch, Checkpoint checkpoint) {
        Runnable before = Cancellation.begin(checkpoint);
        try {
            layers(scratch, batch, checkpoint);
        } finally {
            Cancellation.end(before);
        }
    }

    private void layers(Scratch scratch, Batch batch, Checkpoint checkpoint) {
        Deepstack deepstack = scratch.deepstack;
        if (!placement.divided()) {
            layers(scratch.front, batch, deepstack, checkpoint, 0, config.layers());
        } else {
            scratch.divide(batch);
            layers(scratch.front, scratch.frontBatch, deepstack, checkpoint, 0, placement.split());
            scratch.cross(batch.rows());
            layers(scratch.back, scratch.backBatch, deepstack, checkpoint, placement.split(), config.layers());
        }
        deepstack.clear();
    }

    /** Computes layers {@code from} to {@code to} - 1, which are layers 0, 1, ... of one device. */
    private void layers(Activations a, Batch batch, Deepstack deepstack, Checkpoint checkpoint, int from, int to) {
        for (int i = from; i < to; i++) {
            checkpoint.beforeLayer(i, config.layers());
            a.begin(batch, i - from);
            weights.layers().get(i).forward(a);
            deepstack.addTo(a, i);
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
        DecoderTraits traits = config.traits();
        if (traits.layerNorm()) {
            device.norms().layerNorm(weights.outputNorm(), x, scratch.last, n);
        } else {
            device.norms().rmsNorm(weights.outputNorm(), x, scratch.last, n);
        }
        device.matrices().matmul(weights.output(), scratch.last, scratch.logits, n);
        if (traits.logitScale() != 1) {
            device.elementwise().scale(scratch.logits, traits.logitScale(), n);
        }
        device.read(scratch.logits, logits, offset, n);
        if (traits.softCap() != 0) {
            for (int i = offset; i < offset + n * vocabulary(); i++) {
                logits[i] = (float) (traits.softCap() * Math.tanh(logits[i] / traits.softCap()));
            }
        }
    }
}
