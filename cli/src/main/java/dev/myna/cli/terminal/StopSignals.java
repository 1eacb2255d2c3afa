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
 * INT and TERM for a program that ends on its own: the first signal asks it to end, the second ends it at once. Without this class, the
 * JVM ends at the first signal.
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

    /** Handles signals; if that is not possible, the shutdown of the JVM. */
    public static StopSignals install(Interruption interruption) {
        StopSignals signals = new StopSignals(interruption);
        interruption.watch(signals::signal);
        for (String name : NAMES) {
            Object before = Signals.register(name, signals::signal);
            if (before != null) {
                signals.previous.add(Map.entry(name, before));
            }
        }
        return signals;
    }

    private synchronized void signal() {
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

    /** Runs work until it is done or the second signal arrives. Returns its result, or false after the second signal. */
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
