// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.attention.CausalAttentionJob;
import dev.myna.kernels.cpu.attention.FullAttentionJob;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.machine.NativeMemory;
import dev.myna.kernels.machine.Scratch;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Has loops of vectors compiled before they are needed: runs the operations that a model uses again and again, on small operands of
 * its own, until they have become fast.
 */
final class VectorWarmUp {
    private static final int WIDTH = 1024;
    private static final int HEAD_DIM = 64;
    private static final Attention.Heads HEADS = new Attention.Heads(1, 1, HEAD_DIM, 0.1f);
    private static final int POSITIONS = 64;

    /** A loop that is compiled is at least so many times as fast as one that is not. */
    private static final int FASTER = 30;

    /** Fast rounds in a row, after which nothing is compiled any more. */
    private static final int FAST_ROUNDS = 5;

    private static final long LIMIT_NANOS = 3_000_000_000L;

    private final CpuArithmetic arithmetic;
    private final Uses uses;
    private final Scratch scratch = new Scratch();

    /** The operations that a model has used so far. Many threads write it; the last one counts. */
    static final class Uses {
        volatile Activation activation = Activation.SILU;
        volatile RopePairing pairing = RopePairing.ADJACENT;
        volatile TensorType keys = TensorType.F16;
        volatile TensorType values = TensorType.F16;
        volatile boolean tower;
    }

    VectorWarmUp(CpuArithmetic arithmetic, Uses uses) {
        this.arithmetic = arithmetic;
        this.uses = uses;
    }

    /** Returns when operations have become fast, or time is up. */
    void run() {
        try (Arena arena = Arena.ofConfined()) {
            List<Runnable> round = round(arena);
            long begin = System.nanoTime();
            long first = 0;
            int fast = 0;
            while (fast < FAST_ROUNDS && System.nanoTime() - begin < LIMIT_NANOS) {
                long start = System.nanoTime();
                round.forEach(Runnable::run);
                long took = System.nanoTime() - start;
                first = Math.max(first, took);
                fast = took * FASTER < first ? fast + 1 : 0;
            }
        }
    }

    private List<Runnable> round(Arena arena) {
        long x = wave(arena);
        long y = wave(arena);
        long z = wave(arena);
        List<Runnable> round = new ArrayList<>();
        round.add(() -> arithmetic.elementwise().addScaled(z, x, 1e-3f, WIDTH));
        round.add(() -> arithmetic.elementwise().activate(uses.activation, copied(x, z), WIDTH));
        if (uses.tower) {
            FullAttentionJob job = new FullAttentionJob(x, y, x, z, WIDTH / HEAD_DIM, 1, HEADS);
            round.add(() -> arithmetic.norms().layerNorm(x, y, y, 1e-5f, z, WIDTH));
            round.add(() -> arithmetic.attention().attendFull(job, 0, job.units(), scratch));
        }
        round.add(() -> arithmetic.norms().rmsNorm(x, y, 1e-5f, z, WIDTH));
        round.add(() -> arithmetic.elementwise().siluMul(copied(x, z), y, WIDTH));
        for (int head = 0; head < WIDTH / HEAD_DIM / 2; head++) {
            long at = z + head * HEAD_DIM * 4L;
            round.add(() -> arithmetic.rope().rotate(at, x, HEAD_DIM, uses.pairing));
        }
        CpuKvCache cache = cache(arena, x);
        round.add(() -> attend(x, z, cache, POSITIONS - 1, 1));
        round.add(() -> attend(x, z, cache, POSITIONS - WIDTH / HEAD_DIM, WIDTH / HEAD_DIM));
        return round;
    }

    private static long wave(Arena arena) {
        long x = arena.allocate(WIDTH * 4L, 64).address();
        for (int i = 0; i < WIDTH; i++) {
            NativeMemory.putFloat(x + i * 4L, (float) Math.sin(i) + 0.1f);
        }
        return x;
    }

    private static long copied(long from, long to) {
        NativeMemory.copy(from, to, WIDTH * 4L);
        return to;
    }

    private CpuKvCache cache(Arena arena, long numbers) {
        CpuKvCache cache = new CpuKvCache(arena, new KvCache.Shape(1, POSITIONS, 1, HEAD_DIM, uses.keys, uses.values));
        for (int position = 0; position < POSITIONS; position++) {
            cache.reserve(0, position);
            cache.keyFormat().putKey(numbers, cache.keys(0, 0, 0), position, HEAD_DIM);
            cache.valueFormat().putValue(numbers, cache.values(0, 0, 0), position, HEAD_DIM);
        }
        return cache;
    }

    /** A prompt of {@code rows}, or a token: that one may be alone with its keys and values. */
    private void attend(long query, long out, CpuKvCache cache, int first, int rows) {
        Batch batch = new Batch(rows);
        for (int i = 0; i < rows; i++) {
            batch.add(cache, first + i);
        }
        CausalAttentionJob job = new CausalAttentionJob();
        job.prepare(query, out, batch, 0, HEADS, Attention.NO_WINDOW, CpuKvCache.CHUNK);
        for (int unit = 0; unit < job.units(); unit++) {
            arithmetic.attention().attendCausal(job, unit, scratch);
        }
    }
}
