// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.util.Collections;
import java.util.List;

/**
 * Rotary position embedding as one model uses it: pair j of a head turns by {@code frequency(j)} radians per position.
 *
 * @param headDim elements per head
 * @param turning elements of a head that turn, from the first one on: even, at most {@code headDim}; the others stay as they are
 * @param base base of the frequencies, positive and finite
 * @param pairing which of the turning elements turn together
 * @param divisors what each of the {@code turning / 2} frequencies is divided by, positive and finite (context scaling)
 * @param magnitude factor on the elements that turn, positive and finite: 1 unless a context scaling has one
 * @param axes which axis of a row's positions ({@link Batch#ropePosition}) turns each of the pairs, 0 to {@link Batch#AXES} - 1
 */
public record Rope(
        int headDim,
        int turning,
        float base,
        RopePairing pairing,
        List<Float> divisors,
        float magnitude,
        List<Integer> axes) {

    /** @throws IllegalArgumentException if a number is outside its range */
    public Rope {
        divisors = List.copyOf(divisors);
        axes = List.copyOf(axes);
        if (turning <= 0 || turning % 2 != 0 || turning > headDim || divisors.size() != turning / 2) {
            throw new IllegalArgumentException("rope: head dim " + headDim + " with " + turning
                    + " elements that turn: they must be even and have a divisor per pair, not " + divisors.size());
        }
        requirePositive("base", base);
        requirePositive("magnitude", magnitude);
        for (float divisor : divisors) {
            requirePositive("divisor", divisor);
        }
        if (axes.size() != turning / 2) {
            throw new IllegalArgumentException(
                    "rope: " + axes.size() + " axes, needed is one for each of " + turning / 2 + " pairs");
        }
        for (int axis : axes) {
            if (axis < 0 || axis >= Batch.AXES) {
                throw new IllegalArgumentException("rope: axis " + axis + " is not one of " + Batch.AXES);
            }
        }
    }

    /** Heads that turn as a whole. */
    public Rope(int headDim, float base, RopePairing pairing, List<Float> divisors, List<Integer> axes) {
        this(headDim, headDim, base, pairing, divisors, 1, axes);
    }

    /** Heads of which only some elements turn, by positions of one axis, the first. */
    public Rope(int headDim, int turning, float base, RopePairing pairing, List<Float> divisors) {
        this(headDim, turning, base, pairing, divisors, 1, Collections.nCopies(Math.max(0, turning / 2), 0));
    }

    /** Positions of one axis, the first. */
    public Rope(int headDim, float base, RopePairing pairing, List<Float> divisors) {
        this(headDim, base, pairing, divisors, Collections.nCopies(Math.max(0, headDim / 2), 0));
    }

    /** Unscaled frequencies. */
    public Rope(int headDim, float base, RopePairing pairing) {
        this(headDim, base, pairing, Collections.nCopies(Math.max(0, headDim / 2), 1f));
    }

    /** Pairs of a head that turn. */
    public int pairs() {
        return turning / 2;
    }

    /** The same elements, turned with unscaled frequencies of another base. */
    public Rope withBase(float other) {
        return new Rope(headDim, turning, other, pairing, Collections.nCopies(pairs(), 1f), 1, axes);
    }

    /** The same frequencies with other divisors. */
    public Rope withDivisors(List<Float> others) {
        return new Rope(headDim, turning, base, pairing, others, magnitude, axes);
    }

    /** The same with another factor on what turns. */
    public Rope withMagnitude(float factor) {
        return new Rope(headDim, turning, base, pairing, divisors, factor, axes);
    }

    /** The same pairs, following other axes. */
    public Rope withAxes(List<Integer> others) {
        return new Rope(headDim, turning, base, pairing, divisors, magnitude, others);
    }

    /** Radians per position of a pair: {@code base^(-2 pair / turning) / divisors[pair]}. */
    public double frequency(int pair) {
        return Math.pow(base, -2.0 * pair / turning) / divisors.get(pair);
    }

    /** Whether all pairs turn by positions of the first axis. */
    public boolean followsFirstAxis() {
        for (int axis : axes) {
            if (axis != 0) {
                return false;
            }
        }
        return true;
    }

    private static void requirePositive(String name, float value) {
        if (!(value > 0) || value == Float.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("rope: " + name + " " + value + " must be positive and finite");
        }
    }
}
