// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

/**
 * The values that a stored quant stands for, times a scale: all integers of a range, or the 16 of IQ4_NL.
 *
 * @param lowest the smallest level
 * @param highest the largest level
 * @param nearest for uneven levels: the nearest one by {@code floor(2 v) - 2 lowest}, because all midpoints are whole or half
 *     numbers; null for all integers
 */
public record Levels(int lowest, int highest, byte[] nearest) {
    /** Adding and subtracting it rounds a float below 2^22 to the nearest integer, ties to even, in two additions. */
    static final float ROUNDER = 0x1.8p23f;

    /** The levels of IQ4_NL and IQ4_XS, in the order of their nibbles. */
    public static final int[] UNEVEN = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** From each uneven level to the next: how far, and the number from which on the next is taken. */
    static final float[] STEPS = new float[15];

    static final float[] MIDDLES = new float[15];

    static {
        for (int i = 0; i < STEPS.length; i++) {
            STEPS[i] = UNEVEN[i + 1] - UNEVEN[i];
            MIDDLES[i] = (UNEVEN[i + 1] + UNEVEN[i]) / 2f;
        }
    }

    /** Every integer from {@code lowest} to {@code highest}. */
    public static Levels even(int lowest, int highest) {
        return new Levels(lowest, highest, null);
    }

    /** The levels of IQ4_NL and IQ4_XS. */
    public static Levels uneven() {
        int lowest = UNEVEN[0];
        int highest = UNEVEN[15];
        byte[] nearest = new byte[2 * (highest - lowest) + 1];
        int level = 0;
        for (int i = 0; i < nearest.length; i++) {
            int doubled = i + 2 * lowest;
            while (level < 15 && doubled >= UNEVEN[level] + UNEVEN[level + 1]) {
                level++;
            }
            nearest[i] = (byte) UNEVEN[level];
        }
        return new Levels(lowest, highest, nearest);
    }

    /** Whether all integers of the range are levels. */
    boolean even() {
        return nearest == null;
    }

    /** The nibble that stores an uneven level. */
    public static int indexOf(int level) {
        int index = 0;
        while (UNEVEN[index] != level) {
            index++;
        }
        return index;
    }

    /** The level next to {@code value}. */
    float round(float value) {
        float inside = Math.max(lowest, Math.min(highest, value));
        return nearest == null ? inside + ROUNDER - ROUNDER : nearest[(int) (2 * (inside - lowest))];
    }
}
