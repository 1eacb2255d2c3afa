// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.sampling;

/**
 * The tokens still in the race. They are unordered at first; keeping the best orders those it keeps, by taking them off
 * a heap, so nothing is ever sorted as a whole.
 */
final class Candidates {
    private float[] scores;
    private int[] ids = new int[0];
    private int[] kept = new int[0];
    private int size;

    /** Every token with a finite score. */
    void all(float[] scores, int count) {
        this.scores = scores;
        if (ids.length < count) {
            ids = new int[count];
            kept = new int[count];
        }
        size = 0;
        for (int id = 0; id < count; id++) {
            if (scores[id] > Float.NEGATIVE_INFINITY) {
                ids[size++] = id;
            }
        }
    }

    /** Keeps the {@code k} most likely. */
    void keepBest(int k) {
        if (k < size) {
            heapify();
            for (int taken = 0; taken < k; taken++) {
                kept[taken] = poll();
            }
            keep(k);
        }
    }

    /** Keeps the fewest tokens, most likely first, whose share of the probability reaches {@code share}. */
    void keepMass(float share, float max) {
        double goal = share * mass(max, 1);
        heapify();
        double sum = 0;
        int taken = 0;
        while (size > 0 && (taken == 0 || sum < goal)) {
            int id = poll();
            sum += Math.exp(scores[id] - (double) max);
            kept[taken++] = id;
        }
        keep(taken);
    }

    /** Keeps tokens that score at least this much. */
    void keepAbove(double score) {
        int taken = 0;
        for (int i = 0; i < size; i++) {
            if (scores[ids[i]] >= score) {
                kept[taken++] = ids[i];
            }
        }
        keep(taken);
    }

    /** The token at {@code point} (0 to 1, exclusive) of the cumulated probabilities. */
    int draw(double point, float max, float temperature) {
        double goal = point * mass(max, temperature);
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.exp((scores[ids[i]] - (double) max) / temperature);
            if (sum > goal) {
                return ids[i];
            }
        }
        return ids[size - 1];
    }

    private double mass(float max, float temperature) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.exp((scores[ids[i]] - (double) max) / temperature);
        }
        return sum;
    }

    private void keep(int taken) {
        int[] swap = ids;
        ids = kept;
        kept = swap;
        size = taken;
    }

    private void heapify() {
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    private int poll() {
        int top = ids[0];
        ids[0] = ids[--size];
        siftDown(0);
        return top;
    }

    private void siftDown(int from) {
        int at = from;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && before(ids[child + 1], ids[child])) {
                child++;
            }
            if (!before(ids[child], ids[at])) {
                return;
            }
            int swap = ids[at];
            ids[at] = ids[child];
            ids[child] = swap;
            at = child;
        }
    }

    private boolean before(int a, int b) {
        return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
    }
}
