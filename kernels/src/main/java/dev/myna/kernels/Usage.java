// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the threads that compute with native memory, so that it is not freed while they do. Arithmetic works with addresses, which
 * the JVM does not check: a thread enters before it computes and exits afterwards, and a thread that closes waits for those inside.
 *
 * <p>{@link #close} may be called by any thread at any time, and more than once. From then on no thread enters. Threads inside
 * should check {@link #closed} between their steps and leave early. If the closing thread is inside itself, it does not wait, and the
 * last thread to leave frees the memory.
 *
 * <p>Threads may enter again while they are inside. Entering and leaving allocate nothing.
 */
public final class Usage implements AutoCloseable {
    private final String what;
    private final Runnable free;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();

    /** The threads inside, each as often as it entered, in the first {@link #count} places. */
    private Thread[] users = new Thread[4];

    private int count;
    private int waiting;
    private boolean freed;
    private volatile boolean closed;

    /**
     * @param what names it in messages: {@code "the session"}
     * @param free frees the memory; called once, while no thread is inside
     */
    public Usage(String what, Runnable free) {
        this.what = Objects.requireNonNull(what);
        this.free = Objects.requireNonNull(free);
    }

    /**
     * Enters, beside others.
     *
     * @throws IllegalStateException if it is closed
     */
    public void enter() {
        lock.lock();
        try {
            requireOpen();
            add(Thread.currentThread());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until no other thread is inside, and enters. Use it for memory that only one thread at a time may use; then all threads enter
     * this way.
     *
     * @throws IllegalStateException if it is closed, also while this thread waits
     */
    public void enterAlone() {
        if (!tryEnterAlone()) {
            throw closedException();
        }
    }

    /** As {@link #enterAlone}, but returns false if it is closed. */
    public boolean tryEnterAlone() {
        Thread self = Thread.currentThread();
        lock.lock();
        try {
            while (!closed && count > entries(self)) {
                await();
            }
            if (!closed) {
                add(self);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Leaves; call it once for each time this thread entered.
     *
     * @throws IllegalStateException if this thread is not inside
     */
    public void exit() {
        lock.lock();
        try {
            remove(Thread.currentThread());
            if (closed && count == 0) {
                free();
            } else if (waiting > 0) {
                left.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #close} was called; threads inside should leave soon. */
    public boolean closed() {
        return closed;
    }

    /** @throws IllegalStateException if it is closed */
    public void requireOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private IllegalStateException closedException() {
        return new IllegalStateException(what + " is closed");
    }

    /**
     * Stops further entries, waits until all threads have left, and frees the memory. A thread that is inside itself does not wait: then
     * the last thread to leave frees the memory. Interrupts do not end the wait.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            left.signalAll();
            if (count == 0) {
                free();
            }
            while (!freed && entries(Thread.currentThread()) == 0) {
                await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void free() {
        if (freed) {
            return;
        }
        freed = true;
        try {
            free.run();
        } finally {
            left.signalAll();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // its callers loop
    private void await() {
        waiting++;
        try {
            left.awaitUninterruptibly();
        } finally {
            waiting--;
        }
    }

    private void add(Thread thread) {
        if (count == users.length) {
            users = Arrays.copyOf(users, 2 * count);
        }
        users[count++] = thread;
    }

    private void remove(Thread thread) {
        for (int i = count - 1; i >= 0; i--) {
            if (users[i] == thread) {
                users[i] = users[--count];
                users[count] = null;
                return;
            }
        }
        throw new IllegalStateException("this thread does not use " + what);
    }

    private int entries(Thread thread) {
        int entries = 0;
        for (int i = 0; i < count; i++) {
            if (users[i] == thread) {
                entries++;
            }
        }
        return entries;
    }
}
