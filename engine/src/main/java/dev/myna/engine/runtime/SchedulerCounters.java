// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.Generation;
import dev.myna.engine.SchedulerStats;
import java.util.concurrent.atomic.LongAdder;

/** What {@link SchedulerStats} counts. */
final class SchedulerCounters {
    final LongAdder submitted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder finished = new LongAdder();
    final LongAdder cancelled = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder prompt = new LongAdder();
    final LongAdder reused = new LongAdder();
    final LongAdder generated = new LongAdder();
    final LongAdder passes = new LongAdder();
    final LongAdder passRows = new LongAdder();

    /** Counts how a request ended. */
    void ended(ScheduledGeneration generation) {
        if (generation.failed()) {
            failed.increment();
        } else if (generation.finishReason() == Generation.FinishReason.CANCELLED) {
            cancelled.increment();
        } else {
            finished.increment();
        }
    }
}
