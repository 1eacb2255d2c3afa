// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.format.F16;
import dev.myna.kernels.format.F32;
import dev.myna.kernels.format.NativeMemory;

/**
 * Causal attention of one kv head for a block of rows. Cached positions are taken chunk by chunk and shared by all queries
 * of the block: f16 is expanded once, and for enough queries keys are transposed once.
 */
final class VectorCausalAttention {
    /** From here on, transposing a chunk of keys costs less than the reductions of plain dot products. */
    private static final int MANY_QUERIES = 4;

    private static final Dequantizer HALF = new F16().simd();
    private static final Dequantizer FULL = new F32();

    private final CausalAttentionJob job;
    private final int firstRow;
    private final int kvHead;
    private final int queries;
    private final int dim;
    private final CpuKvCache cache;
    private final int positions;
    private final long scoreBytes;
    // Working memory: queries and outputs [queries, dim], scores [queries, positions], one chunk of keys or values as f32
    // [CHUNK, dim], the same transposed, and the partial sums of dot products.
    private final long query;
    private final long out;
    private final long scores;
    private final long expanded;
    private final long transposed;
    private final long partials;

    private VectorCausalAttention(CausalAttentionJob job, int unit, Scratch scratch) {
        this.job = job;
        firstRow = job.firstRow(unit);
        kvHead = job.kvHead(unit);
        int rows = job.endRow(unit) - firstRow;
        queries = rows * job.sharing();
        dim = job.heads().dim();
        cache = job.cache(firstRow);
        int last = 0;
        for (int row = firstRow; row < firstRow + rows; row++) {
            last = Math.max(last, job.batch().position(row));
        }
        positions = last + 1;
        int padded = VectorAttention.padded(positions);
        int chunkPadded = VectorAttention.padded(CpuKvCache.CHUNK);
        long vectors = (long) queries * dim;
        long base = scratch.floats(2 * vectors
                + (long) queries * padded
                + (long) CpuKvCache.CHUNK * dim
                + (long) chunkPadded * dim
                + VectorDots.PARTIALS);
        query = base;
        out = query + vectors * 4;
        scores = out + vectors * 4;
        scoreBytes = padded * 4L;
        expanded = scores + queries * scoreBytes;
        transposed = expanded + (long) CpuKvCache.CHUNK * dim * 4;
        partials = transposed + (long) chunkPadded * dim * 4;
    }

    static void attend(CausalAttentionJob job, int unit, Scratch scratch) {
        VectorCausalAttention attention = new VectorCausalAttention(job, unit, scratch);
        attention.gatherQueries();
        attention.score();
        attention.weigh();
        attention.combine();
        attention.scatterOutputs();
    }

    private int rowOf(int index) {
        return firstRow + index / job.sharing();
    }

    private long offsetOf(int index) {
        return job.offset(rowOf(index), kvHead * job.sharing() + index % job.sharing());
    }

    private void gatherQueries() {
        for (int i = 0; i < queries; i++) {
            NativeMemory.copy(job.query() + offsetOf(i), query + i * (dim * 4L), dim * 4L);
        }
    }

    private void score() {
        NativeMemory.zero(scores, queries * scoreBytes);
        for (int start = 0; start < positions; start += CpuKvCache.CHUNK) {
            int count = Math.min(CpuKvCache.CHUNK, positions - start);
            long keys = asFloats(cache.keys(job.layer(), start), count);
            long to = scores + start * 4L;
            if (queries < MANY_QUERIES) {
                for (int i = 0; i < queries; i++) {
                    VectorDots.byOne(
                            keys, stride(), count, query + i * (dim * 4L), dim, to + i * scoreBytes, partials);
                }
            } else {
                long rowBytes = VectorAttention.padded(CpuKvCache.CHUNK) * 4L;
                VectorAttention.transpose(keys, stride(), count, dim, transposed, rowBytes);
                VectorGemm.accumulate(query, dim * 4L, queries, transposed, rowBytes, dim,
                        VectorAttention.wholeVectors(count), to, scoreBytes);
            }
        }
    }

    private void weigh() {
        for (int i = 0; i < queries; i++) {
            long row = scores + i * scoreBytes;
            int visible = job.batch().position(rowOf(i)) + 1;
            VectorNorms.softmax(row, visible, job.heads().scale());
            NativeMemory.zero(row + visible * 4L, (positions - visible) * 4L);
        }
    }

    private void combine() {
        NativeMemory.zero(out, (long) queries * dim * 4);
        for (int start = 0; start < positions; start += CpuKvCache.CHUNK) {
            int count = Math.min(CpuKvCache.CHUNK, positions - start);
            long values = asFloats(cache.values(job.layer(), start), count);
            VectorGemm.accumulate(
                    scores + start * 4L, scoreBytes, queries, values, stride(), count, dim, out, dim * 4L);
        }
    }

    private void scatterOutputs() {
        for (int i = 0; i < queries; i++) {
            NativeMemory.copy(out + i * (dim * 4L), job.out() + offsetOf(i), dim * 4L);
        }
    }

    /** Address of this head's part of {@code count} cached positions as f32, {@link #stride} bytes apart. */
    private long asFloats(long rows, int count) {
        if (inPlace()) {
            return rows + kvHead * (dim * 4L);
        }
        Dequantizer format = cache.half() ? HALF : FULL;
        long offset = kvHead * cache.shape().type().bytes(dim);
        for (int i = 0; i < count; i++) {
            format.dequantize(rows + i * cache.rowBytes() + offset, expanded + i * (dim * 4L), dim);
        }
        return expanded;
    }

    /** Many queries are worth a copy of f32 too: cached rows are often a power of two apart and compete for cache sets. */
    private boolean inPlace() {
        return !cache.half() && queries < MANY_QUERIES;
    }

    private long stride() {
        return inPlace() ? cache.rowBytes() : dim * 4L;
    }
}
