// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.lang.foreign.MemorySegment;

/** Receives each kernel that a CPU device assembles, so that profilers and people can give it a name. */
@FunctionalInterface
public interface CodeListener {
    /** Does nothing. */
    CodeListener NONE = (_, _) -> {};

    /**
     * Called once for each kernel, before it runs, by the thread that needs it first. Several threads may call at once.
     *
     * @param name operation, number format, size and instruction set: {@code matvec Q4_K x1 [AVX2]}
     * @param code the bytes that the processor runs, read-only. They stay at this address as long as this segment or the kernel is
     *     reachable
     */
    void assembled(String name, MemorySegment code);
}
