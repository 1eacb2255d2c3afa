// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.Attention;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.cpu.math.ScalarMath;
import dev.myna.kernels.machine.Scratch;

/** The specification of {@link AttentionKernels}: attention by its definition, softmax(scale q K^T) V, one query at a time. */
public final class ScalarAttention implements AttentionKernels {

    @Override
    public void attendFull(FullAttentionJob job, int from, int to, Scratch scratch) {
        for (int unit = from; unit < to; unit++) {
            full(job, unit);
        }
    }

    @Override
    public void attendCausal(CausalAttentionJob job, int unit, Scratch scratch) {
        causal(job, unit);
    }

    /** The specification has no partial results. */
    @Override
    public int contextSpan() {
        return Integer.MAX_VALUE & -CpuKvCache.CHUNK;
    }

    @Override
    public void combine(CausalAttentionJob job, int combination, Scratch scratch) {
        throw new IllegalStateException("no row is cut");
    }

    private static void full(FullAttentionJob job, int unit) {
        int dim = job.heads().dim();
        long keys = job.key() + job.kvOffset(unit);
        long values = job.value() + job.kvOffset(unit);
        double[] weights = new double[job.group()];
        for (int row = job.firstRow(unit); row < job.endRow(unit); row++) {
            long query = job.query() + job.queryOffset(unit, row);
            for (int j = 0; j < weights.length; j++) {
                double score = 0;
                for (int i = 0; i < dim; i++) {
                    score += (double) getFloat(query + i * 4L) * getFloat(keys + j * job.kvRowBytes() + i * 4L);
                }
                weights[j] = bounded(score, job.heads());
            }
            ScalarMath.softmax(weights);
            long out = job.out() + job.queryOffset(unit, row);
            for (int i = 0; i < dim; i++) {
                double sum = 0;
                for (int j = 0; j < weights.length; j++) {
                    sum += weights[j] * getFloat(values + j * job.kvRowBytes() + i * 4L);
                }
                putFloat(out + i * 4L, (float) sum);
            }
        }
    }

    private static double bounded(double product, Attention.Heads heads) {
        double score = product * heads.scale();
        return heads.softCap() == 0 ? score : heads.softCap() * Math.tanh(score / heads.softCap());
    }

    private static void causal(CausalAttentionJob job, int unit) {
        int block = job.block(unit);
        for (int row = job.firstRowOf(block); row < job.endRowOf(block); row++) {
            for (int i = 0; i < job.sharing(); i++) {
                causal(job, row, job.kvHead(unit), job.kvHead(unit) * job.sharing() + i);
            }
        }
    }

    private static void causal(CausalAttentionJob job, int row, int kvHead, int head) {
        int dim = job.heads().dim();
        CpuKvCache cache = job.cache(row);
        int first = job.firstVisible(row);
        double[] weights = new double[job.endVisible(row) - first];
        for (int at = 0; at < weights.length; at++) {
            int p = first + at;
            long keys = cache.keys(job.layer(), p / CpuKvCache.CHUNK, kvHead);
            double score = 0;
            for (int i = 0; i < dim; i++) {
                double key = cache.keyFormat().key(keys, p % CpuKvCache.CHUNK, dim, i);
                score += getFloat(job.query(row, head) + i * 4L) * key;
            }
            weights[at] = bounded(score, job.heads());
        }
        ScalarMath.softmax(weights);
        for (int i = 0; i < dim; i++) {
            double sum = 0;
            for (int at = 0; at < weights.length; at++) {
                int p = first + at;
                long values = cache.values(job.layer(), p / CpuKvCache.CHUNK, kvHead);
                sum += weights[at] * cache.valueFormat().value(values, p % CpuKvCache.CHUNK, dim, i);
            }
            putFloat(job.out(row, head) + i * 4L, (float) sum);
        }
    }
}
