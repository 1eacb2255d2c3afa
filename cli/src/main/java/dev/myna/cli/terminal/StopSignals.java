// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/**
 * INT and TERM for a program that wants to come to an end by itself: the first asks it to, the second insists. Without this, the
 * JVM ends at the first and a second is never heard of.
 */
public final class StopSignals implements AutoCloseable {
    private static final List<String> NAMES = List.of("INT", "TERM");

    private static final long POLL_MILLIS = 20;

    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch second = new CountDownLatch(1);
    private final List<Map.Entry<String, Object>> previous = new ArrayList<>();
    private final Interruption interruption;

    private StopSignals(Interruption interruption) {
        this.interruption = interruption;
    }

    /** Listens to signals, and where that is not possible to the JVM's own end. */
    public static StopSignals install(Interruption interruption) {
        StopSignals signals = new StopSignals(interruption);
        interruption.watch(signals::heard);
        for (String name : NAMES) {
            Object before = Signals.register(name, signals::heard);
            if (before != null) {
                signals.previous.add(Map.entry(name, before));
            }
        }
        return signals;
    }

    private synchronized void heard() {
        if (first.getCount() > 0) {
            first.countDown();
        } else {
            second.countDown();
        }
    }

    /** Waits for the first signal. */
    public void awaitFirst() throws InterruptedException {
        first.await();
    }

    /** Does something until it is done or the second signal comes. Returns its result, or false if it was cut short. */
    public boolean untilSecond(Callable<Boolean> work) throws InterruptedException {
        FutureTask<Boolean> task = new FutureTask<>(work);
        Thread thread = Thread.ofVirtual().start(task);
        while (!task.isDone()) {
            if (second.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                thread.interrupt();
                return false;
            }
        }
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        interruption.watch(null);
        previous.forEach(entry -> Signals.unregister(entry.getKey(), entry.getValue()));
    }
}
