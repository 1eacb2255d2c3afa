// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

/**
 * Factors that are tried for the largest scale of a block, relative to the largest integer. Near 1 the integers are finest; the last ones serve
 * blocks of numbers so small that the common factor is a subnormal float16, coarser than the integers.
 */
final class TrialFactors {
    static final float[] INSIDE = {
        1, 0.98f, 0.96f, 0.94f, 0.92f, 0.9f, 0.88f, 0.86f, 0.84f, 0.82f, 0.8f, 0.5f, 0.25f, 0.1f, 1 / 32f, 1 / 128f
    };

    /** Enough where the integers are so fine that their own rounding hardly counts. */
    static final float[] FEW_INSIDE = {1, 0.94f, 0.88f, 0.5f, 0.1f, 1 / 128f};

    private TrialFactors() {}
}
