// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import java.util.Arrays;

/** Stands in for absent weights. */
public final class ErrorWeights {
    private float[] ones = new float[0];

    /** {@code weights}, or as many ones as {@code row} has elements. */
    public float[] of(float[] row, float[] weights) {
        if (weights != null) {
            return weights;
        }
        if (ones.length != row.length) {
            ones = new float[row.length];
            Arrays.fill(ones, 1);
        }
        return ones;
    }
}
