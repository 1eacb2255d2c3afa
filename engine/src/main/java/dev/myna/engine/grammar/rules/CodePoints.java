// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import java.util.Arrays;

/**
 * A set of Unicode scalar values (surrogates are none): sorted ranges {@code low, high, low, high, ...}, neither
 * overlapping nor touching.
 */
public final class CodePoints {
    public static final CodePoints ALL = of(0, 0xD7FF, 0xE000, 0x10FFFF);

    private final int[] ranges;

    private CodePoints(int[] ranges) {
        this.ranges = ranges;
    }

    /** The union of ranges {@code low, high, low, high, ...} in any order; surrogates are left out. */
    public static CodePoints of(int... bounds) {
        long[] pairs = new long[bounds.length / 2];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = (long) bounds[2 * i] << 32 | bounds[2 * i + 1];
        }
        Arrays.sort(pairs);
        int[] merged = new int[bounds.length];
        int count = 0;
        for (long pair : pairs) {
            int low = (int) (pair >> 32);
            int high = (int) pair;
            if (count > 0 && low <= merged[count - 1] + 1) {
                merged[count - 1] = Math.max(merged[count - 1], high);
            } else {
                merged[count++] = low;
                merged[count++] = high;
            }
        }
        return new CodePoints(Arrays.copyOf(merged, count)).withoutSurrogates();
    }

    private CodePoints withoutSurrogates() {
        int[] kept = new int[ranges.length + 2];
        int count = 0;
        for (int i = 0; i < ranges.length; i += 2) {
            int low = ranges[i];
            int high = ranges[i + 1];
            if (low < 0xD800) {
                kept[count++] = low;
                kept[count++] = Math.min(high, 0xD7FF);
            }
            if (high > 0xDFFF) {
                kept[count++] = Math.max(low, 0xE000);
                kept[count++] = high;
            }
        }
        return new CodePoints(Arrays.copyOf(kept, count));
    }

    CodePoints union(CodePoints other) {
        int[] all = Arrays.copyOf(ranges, ranges.length + other.ranges.length);
        System.arraycopy(other.ranges, 0, all, ranges.length, other.ranges.length);
        return of(all);
    }

    public CodePoints complement() {
        int[] gaps = new int[ranges.length + 2];
        int count = 0;
        int next = 0;
        for (int i = 0; i < ranges.length; i += 2) {
            if (next < ranges[i]) {
                gaps[count++] = next;
                gaps[count++] = ranges[i] - 1;
            }
            next = ranges[i + 1] + 1;
        }
        if (next <= 0x10FFFF) {
            gaps[count++] = next;
            gaps[count++] = 0x10FFFF;
        }
        return of(Arrays.copyOf(gaps, count));
    }

    public CodePoints minus(CodePoints other) {
        return complement().union(other).complement();
    }

    public boolean contains(int codePoint) {
        for (int i = 0; i < ranges.length; i += 2) {
            if (codePoint <= ranges[i + 1]) {
                return codePoint >= ranges[i];
            }
        }
        return false;
    }

    public boolean isEmpty() {
        return ranges.length == 0;
    }

    /** Number of ranges. */
    public int count() {
        return ranges.length / 2;
    }

    public int low(int range) {
        return ranges[2 * range];
    }

    public int high(int range) {
        return ranges[2 * range + 1];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodePoints set && Arrays.equals(ranges, set.ranges);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ranges);
    }
}
