// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.cpu.math.RowMemory;
import dev.myna.kernels.machine.Scratch;

/** Attention block by block ({@link Flash}), with vectors or with plain loops. Both give the same bits. */
public final class FlashAttention implements AttentionKernels {
    private final Flash flash;

    private FlashAttention(AttentionTiles tiles, FlashLoops loops) {
        flash = new Flash(tiles, loops);
    }

    /** With vectors. */
    public static FlashAttention vectors(AttentionTiles tiles) {
        return new FlashAttention(tiles, new FlashLoops.Vectors());
    }

    /** With plain loops. */
    public static FlashAttention plain(AttentionTiles tiles, ThreadLocal<RowMemory> memory) {
        return new FlashAttention(tiles, new PlainFlash(memory));
    }

    @Override
    public void attendFull(FullAttentionJob job, int from, int to, Scratch scratch) {
        FlashFull.run(job, flash, from, to, scratch);
    }

    @Override
    public void attendCausal(CausalAttentionJob job, int unit, Scratch scratch) {
        FlashCausal.run(job, flash, unit, scratch);
    }

    @Override
    public void combine(CausalAttentionJob job, int combination, Scratch scratch) {
        FlashCausal.combine(job, flash.loops, combination, scratch);
    }

    @Override
    public int contextSpan() {
        return CpuKvCache.CHUNK;
    }
}
