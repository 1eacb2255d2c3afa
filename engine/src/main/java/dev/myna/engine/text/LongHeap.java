// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Arrays;

/** A binary min-heap of longs. The merge queues pack order and position into one number. */
final class LongHeap {
    private long[] keys;
    private int size;

    LongHeap(int capacity) {
        keys = new long[Math.max(capacity, 4)];
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(long key) {
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, 2 * size);
        }
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (keys[parent] <= key) {
                break;
            }
            keys[at] = keys[parent];
            at = parent;
        }
        keys[at] = key;
    }

    /** Removes and returns the smallest key. */
    long poll() {
        long smallest = keys[0];
        long last = keys[--size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && keys[child + 1] < keys[child]) {
                child++;
            }
            if (keys[child] >= last) {
                break;
            }
            keys[at] = keys[child];
            at = child;
        }
        keys[at] = last;
        return smallest;
    }
}
