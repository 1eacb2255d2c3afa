// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.machine.Scratch;

/**
 * Attention in one implementation. Addresses are checked by the caller. Each unit of a job is computed alone, so results do not
 * depend on how the units are shared out.
 */
public interface AttentionKernels {

    /** Units {@code from} to {@code to} of the job. */
    void attendFull(FullAttentionJob job, int from, int to, Scratch scratch);

    /** One unit of the job. */
    void attendCausal(CausalAttentionJob job, int unit, Scratch scratch);

    /** Combines the partial results of a head whose row was cut. */
    void combine(CausalAttentionJob job, int combination, Scratch scratch);

    /** Positions after which the units of a single row are cut, a multiple of {@link CpuKvCache#CHUNK}. */
    int contextSpan();
}
