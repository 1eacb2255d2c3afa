// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import dev.myna.kernels.cpu.RooflineMeasurement;

/**
 * What this machine gives a Java program at most, for judging kernels: no product can be faster than its arithmetic at
 * {@code fma}, or than its bytes at {@code read}, whichever takes longer (Williams et al., "Roofline", CACM 2009).
 *
 * @param threads threads that measured together
 * @param read bytes per second read from memory, all threads together
 * @param fma f32 operations per second in fused multiply-adds on registers, two operations each, all threads together
 */
public record Roofline(int threads, double read, double fma) {

    /**
     * Measures both for about two seconds, with vectors where this JVM has them. Takes 512 MiB of native memory meanwhile.
     *
     * @param threads at least 1
     * @throws IllegalArgumentException if {@code threads} is below 1
     */
    public static Roofline measure(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        return RooflineMeasurement.measure(threads);
    }
}
