// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import dev.myna.kernels.cpu.RooflineMeasurement;
import dev.myna.kernels.opencl.ClRoofline;
import java.util.OptionalInt;

/**
 * What a device gives a program at most, for judging kernels: no product can be faster than its arithmetic at
 * {@code fma}, or than its bytes at {@code read}, whichever takes longer (Williams et al., "Roofline", CACM 2009).
 *
 * @param of what was measured: so many threads, or an OpenCL device
 * @param read bytes per second read from memory, all threads together; on an OpenCL device, read and written by a copy
 * @param fma f32 operations per second in fused multiply-adds on registers, two operations each, all threads together
 */
public record Roofline(String of, double read, double fma) {

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

    /**
     * Measures both on an OpenCL device for a second or so. Takes up to 1 GiB of its memory meanwhile.
     *
     * @param index as in {@link Devices#openCl}
     * @throws DeviceException if there is no such device
     */
    public static Roofline ofOpenCl(OptionalInt index) {
        return ClRoofline.measure(index);
    }
}
