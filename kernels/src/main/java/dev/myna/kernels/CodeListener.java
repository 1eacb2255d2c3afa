// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.lang.foreign.MemorySegment;

/** Is told of each piece of machine code that a CPU device assembles, so that profilers and people can give it a name. */
@FunctionalInterface
public interface CodeListener {
    /** Does nothing. */
    CodeListener NONE = (_, _) -> {};

    /**
     * Called once for each piece, before it runs, by whichever thread needs it first; several threads may call at once.
     *
     * @param name what it computes, for what, and with which instructions: {@code matvec Q4_K x1 [AVX2]}
     * @param code its bytes where the processor runs them, read-only. They stay there, and nothing else is put there, as long as
     *     this segment or the kernel is reachable
     */
    void assembled(String name, MemorySegment code);
}
