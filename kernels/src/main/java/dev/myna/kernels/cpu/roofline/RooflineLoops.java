// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.roofline;

/** Loops that do nothing but read, and nothing but multiply and add. Stateless. */
interface RooflineLoops {

    /** The wrapped sum of the little-endian ints in {@code bytes} bytes of memory, a multiple of 64 KiB. */
    int sum(long address, long bytes);

    /**
     * Repeats {@code x = x / 2 + 1 / 2} on registers in chains that do not wait for one another.
     *
     * @param steps at least 32: then every chain has reached 1 exactly
     * @return the limit
     */
    float multiplyAdd(long steps);

    /** f32 multiply-adds in one step of {@link #multiplyAdd}. */
    int multiplyAddsPerStep();
}
