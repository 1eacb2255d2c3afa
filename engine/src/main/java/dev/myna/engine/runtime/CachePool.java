// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * The KV caches of a scheduler. A request takes one and gives it back; what it holds is kept, within a limit of bytes, for later
 * requests whose prompt begins alike. For one thread.
 */
final class CachePool implements AutoCloseable {
    private final SessionSetup frame;
    private final long mostIdleBytes;
    private final int fewRows;
    private final int maxRows;

    private final List<Sequence> busy = new ArrayList<>();

    /** Least recently used first. */
    private final List<Sequence> idle = new ArrayList<>();

    private volatile long busyBytes;
    private volatile long idleBytes;

    /** @param maxRows rows of a sequence in one pass, at most */
    CachePool(SessionSetup frame, long mostIdleBytes, int maxRows) {
        this.frame = frame;
        this.maxRows = maxRows;
        this.mostIdleBytes = mostIdleBytes;
        fewRows = frame.model().decoder().fewRows();
    }

    /**
     * A cache that holds as much of the beginning of a prompt as can be had. One that holds little else is taken as it is; from
     * others the beginning is copied, where the device can, so that they keep what they hold.
     */
    Sequence take(Prompt prompt) {
        Sequence best = null;
        int shared = 0;
        for (List<Sequence> some : List.of(busy, idle)) {
            for (Sequence sequence : some) {
                int common = sequence.reusable(prompt, fewRows);
                // Among equals an idle one, and the latest.
                if (common > 0 && common >= shared) {
                    best = sequence;
                    shared = common;
                }
            }
        }
        boolean continues = best != null && shared >= best.count() / 2;
        Sequence taken = best;
        if (!continues || !idle.remove(best)) {
            taken = spare(best);
            taken.rewind(0);
            if (best != null && frame.model().decoder().copyCache(best.cache(), taken.cache(), shared)) {
                taken.copyKeys(best, shared);
            } else if (best != null && idle.remove(best)) {
                // The device cannot copy: better this one's beginning than none.
                idle.addFirst(taken);
                taken = best;
            }
        }
        if (taken == best) {
            taken.rewind(shared);
        }
        busy.add(taken);
        count();
        return taken;
    }

    /** A cache whose contents nobody needs: a new one as long as all may be kept, else the least recently used. */
    private Sequence spare(Sequence keep) {
        boolean room = idleBytes + busyBytes / Math.max(1, busy.size()) < mostIdleBytes;
        for (int i = 0; i < idle.size() && !room; i++) {
            if (idle.get(i) != keep) {
                return idle.remove(i);
            }
        }
        return new Sequence(frame, maxRows);
    }

    /** Takes a cache back whose contents are good. */
    void give(Sequence sequence) {
        busy.remove(sequence);
        idle.add(sequence);
        count();
        while (idleBytes > mostIdleBytes) {
            idle.removeFirst().close();
            count();
        }
    }

    /** Frees a cache whose contents are not known. */
    void drop(Sequence sequence) {
        busy.remove(sequence);
        sequence.close();
        count();
    }

    private void count() {
        busyBytes = bytes(busy);
        idleBytes = bytes(idle);
    }

    private static long bytes(List<Sequence> sequences) {
        long bytes = 0;
        for (Sequence sequence : sequences) {
            bytes += sequence.cache().allocatedBytes();
        }
        return bytes;
    }

    /** Bytes of the caches that were not given back, when that was last looked at; may be asked for by any thread. */
    long busyBytes() {
        return busyBytes;
    }

    /** Bytes of the caches that are kept; may be asked for by any thread. */
    long idleBytes() {
        return idleBytes;
    }

    @Override
    public void close() {
        for (List<Sequence> some : List.of(busy, idle)) {
            some.forEach(Sequence::close);
            some.clear();
        }
        count();
    }
}
