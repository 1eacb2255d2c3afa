// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.util.Collections;
import java.util.List;

/**
 * Rotary position embedding as one model uses it: pair j of a head turns by {@code frequency(j)} radians per position.
 *
 * @param headDim elements per head, even
 * @param base base of the frequencies, positive and finite
 * @param pairing which elements of a head turn together
 * @param divisors what each of the {@code headDim / 2} frequencies is divided by, positive and finite (context scaling)
 * @param axes which axis of a row's positions ({@link Batch#ropePosition}) turns each of the pairs, 0 to {@link Batch#AXES} - 1
 */
public record Rope(int headDim, float base, RopePairing pairing, List<Float> divisors, List<Integer> axes) {

    /** @throws IllegalArgumentException if a number is outside its range */
    public Rope {
        divisors = List.copyOf(divisors);
        axes = List.copyOf(axes);
        if (headDim <= 0 || headDim % 2 != 0 || divisors.size() != headDim / 2) {
            throw new IllegalArgumentException(
                    "rope: head dim " + headDim + " must be even and have a divisor per pair, not " + divisors.size());
        }
        requirePositive("base", base);
        for (float divisor : divisors) {
            requirePositive("divisor", divisor);
        }
        if (axes.size() != headDim / 2) {
            throw new IllegalArgumentException(
                    "rope: " + axes.size() + " axes, needed is one for each of " + headDim / 2 + " pairs");
        }
        for (int axis : axes) {
            if (axis < 0 || axis >= Batch.AXES) {
                throw new IllegalArgumentException("rope: axis " + axis + " is not one of " + Batch.AXES);
            }
        }
    }

    /** Positions of one axis, the first. */
    public Rope(int headDim, float base, RopePairing pairing, List<Float> divisors) {
        this(headDim, base, pairing, divisors, Collections.nCopies(Math.max(0, headDim / 2), 0));
    }

    /** Unscaled frequencies. */
    public Rope(int headDim, float base, RopePairing pairing) {
        this(headDim, base, pairing, Collections.nCopies(Math.max(0, headDim / 2), 1f));
    }

    /** Radians per position of a pair: {@code base^(-2 pair / headDim) / divisors[pair]}. */
    public double frequency(int pair) {
        return Math.pow(base, -2.0 * pair / headDim) / divisors.get(pair);
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
