// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How alike two texts are, as Python's {@code difflib.SequenceMatcher(None, a, b).ratio()} says: twice the code points in matching
 * blocks by the sum of the lengths. In a second text of 200 and more code points, frequent ones begin no block.
 */
public final class SequenceRatio {
    private static final int POPULAR_FROM = 200;

    private final int[] a;
    private final int[] b;
    private final Map<Integer, List<Integer>> places = new HashMap<>();

    private SequenceRatio(String a, String b) {
        this.a = a.codePoints().toArray();
        this.b = b.codePoints().toArray();
        for (int i = 0; i < this.b.length; i++) {
            places.computeIfAbsent(this.b[i], _ -> new ArrayList<>()).add(i);
        }
        if (this.b.length >= POPULAR_FROM) {
            int max = this.b.length / 100 + 1;
            places.values().removeIf(list -> list.size() > max);
        }
    }

    /** From 0 to 1. */
    public static double of(String a, String b) {
        return new SequenceRatio(a, b).ratio();
    }

    private record Range(int fromA, int toA, int fromB, int toB) {}

    private double ratio() {
        int length = a.length + b.length;
        if (length == 0) {
            return 1;
        }
        int matches = 0;
        ArrayDeque<Range> ranges = new ArrayDeque<>();
        ranges.push(new Range(0, a.length, 0, b.length));
        while (!ranges.isEmpty()) {
            Range range = ranges.pop();
            int[] best = longest(range);
            int size = best[2];
            if (size > 0) {
                matches += size;
                if (range.fromA < best[0] && range.fromB < best[1]) {
                    ranges.push(new Range(range.fromA, best[0], range.fromB, best[1]));
                }
                if (best[0] + size < range.toA && best[1] + size < range.toB) {
                    ranges.push(new Range(best[0] + size, range.toA, best[1] + size, range.toB));
                }
            }
        }
        return 2.0 * matches / length;
    }

    /** Start in a, start in b and size of the longest block, the first of equals. */
    private int[] longest(Range range) {
        int bestA = range.fromA;
        int bestB = range.fromB;
        int size = 0;
        Map<Integer, Integer> lengths = new HashMap<>();
        for (int i = range.fromA; i < range.toA; i++) {
            Map<Integer, Integer> next = new HashMap<>();
            for (int j : places.getOrDefault(a[i], List.of())) {
                if (j >= range.toB) {
                    break;
                }
                if (j >= range.fromB) {
                    int length = lengths.getOrDefault(j - 1, 0) + 1;
                    next.put(j, length);
                    if (length > size) {
                        bestA = i - length + 1;
                        bestB = j - length + 1;
                        size = length;
                    }
                }
            }
            lengths = next;
        }
        while (bestA > range.fromA && bestB > range.fromB && a[bestA - 1] == b[bestB - 1]) {
            bestA--;
            bestB--;
            size++;
        }
        while (bestA + size < range.toA && bestB + size < range.toB && a[bestA + size] == b[bestB + size]) {
            size++;
        }
        return new int[] {bestA, bestB, size};
    }
}
