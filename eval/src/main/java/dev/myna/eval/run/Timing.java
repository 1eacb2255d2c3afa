// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.engine.Generation;
import java.util.LinkedHashMap;
import java.util.Map;

/** How long the answers of a run took. Not part of what must be the same in each run. Thread-safe. */
final class Timing {
    private final int parallel;
    private final long start = System.nanoTime();
    private long answered;
    private long reused;
    private long tower;
    private long prefill;
    private long decode;

    Timing(int parallel) {
        this.parallel = parallel;
    }

    /** A question was answered; {@code stats} are of one of its turns. */
    synchronized void turn(Generation.Stats stats) {
        tower += stats.imageNanos();
        prefill += stats.promptNanos();
        decode += stats.generationNanos();
    }

    synchronized void answered() {
        answered++;
    }

    synchronized void reused() {
        reused++;
    }

    /** Counts, seconds, rate and shares, from the start until now. A rate and shares of nothing are null. */
    synchronized Map<String, Object> toMap() {
        double seconds = (System.nanoTime() - start) / 1e9;
        double all = tower + prefill + decode;
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("parallel", parallel);
        map.put("answered", answered);
        map.put("from_journal", reused);
        map.put("seconds", rounded(seconds));
        map.put("questions_per_second", answered == 0 ? null : rounded(answered / seconds));
        map.put("tower_share", share(tower, all));
        map.put("prefill_share", share(prefill, all));
        map.put("decode_share", share(decode, all));
        return map;
    }

    private static Object share(long part, double all) {
        return all == 0 ? null : rounded(part / all);
    }

    private static double rounded(double value) {
        return Math.rint(value * 1000) / 1000;
    }
}
