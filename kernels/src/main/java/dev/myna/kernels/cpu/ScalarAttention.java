// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.getFloat;
import static dev.myna.kernels.format.NativeMemory.getHalf;
import static dev.myna.kernels.format.NativeMemory.putFloat;

/** Attention by its definition: softmax(scale q K^T) V, one query at a time. */
final class ScalarAttention {
    private ScalarAttention() {}

    static void full(FullAttentionJob job, int unit) {
        int dim = job.heads().dim();
        double[] weights = new double[job.group()];
        for (int row = 0; row < job.group(); row++) {
            long query = job.query() + job.queryOffset(unit) + row * job.queryRowBytes();
            for (int j = 0; j < weights.length; j++) {
                long key = job.key() + job.kvOffset(unit) + j * job.kvRowBytes();
                double score = 0;
                for (int i = 0; i < dim; i++) {
                    score += (double) getFloat(query + i * 4L) * getFloat(key + i * 4L);
                }
                weights[j] = score * job.heads().scale();
            }
            ScalarMath.softmax(weights);
            long out = job.out() + job.queryOffset(unit) + row * job.queryRowBytes();
            for (int i = 0; i < dim; i++) {
                double sum = 0;
                for (int j = 0; j < weights.length; j++) {
                    sum += weights[j] * getFloat(job.value() + job.kvOffset(unit) + j * job.kvRowBytes() + i * 4L);
                }
                putFloat(out + i * 4L, (float) sum);
            }
        }
    }

    static void causal(CausalAttentionJob job, int unit) {
        for (int row = job.firstRow(unit); row < job.endRow(unit); row++) {
            for (int i = 0; i < job.sharing(); i++) {
                causal(job, row, job.kvHead(unit) * job.sharing() + i);
            }
        }
    }

    private static void causal(CausalAttentionJob job, int row, int head) {
        int dim = job.heads().dim();
        int kvOffset = head / job.sharing() * dim;
        long query = job.query() + job.offset(row, head);
        CpuKvCache cache = job.cache(row);
        double[] weights = new double[job.batch().position(row) + 1];
        for (int p = 0; p < weights.length; p++) {
            long keys = cache.keys(job.layer(), p);
            double score = 0;
            for (int i = 0; i < dim; i++) {
                score += (double) getFloat(query + i * 4L) * element(cache, keys, kvOffset + i);
            }
            weights[p] = score * job.heads().scale();
        }
        ScalarMath.softmax(weights);
        for (int i = 0; i < dim; i++) {
            double sum = 0;
            for (int p = 0; p < weights.length; p++) {
                sum += weights[p] * element(cache, cache.values(job.layer(), p), kvOffset + i);
            }
            putFloat(job.out() + job.offset(row, head) + i * 4L, (float) sum);
        }
    }

    private static float element(CpuKvCache cache, long row, int index) {
        return cache.half() ? getHalf(row + index * 2L) : getFloat(row + index * 4L);
    }
}
