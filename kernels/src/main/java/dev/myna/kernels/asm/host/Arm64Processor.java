// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.host;

import dev.myna.kernels.asm.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The vector extensions of this Arm processor, as its operating system reports them: user programs may not ask the processor
 * itself.
 *
 * @param neon Advanced SIMD
 * @param dotProd FEAT_DotProd: dot products of bytes
 * @param i8mm FEAT_I8MM: matrix products of bytes
 */
public record Arm64Processor(boolean neon, boolean dotProd, boolean i8mm) {
    private static final int AT_HWCAP = 16;
    private static final int AT_HWCAP2 = 26;
    private static final long HWCAP_ASIMD = 1L << 1;
    private static final long HWCAP_ASIMDDP = 1L << 20;
    private static final long HWCAP2_I8MM = 1L << 13;

    /** @throws RefusedException if the system lacks the function that reports them */
    public static Arm64Processor ask(SystemFunctions system) throws RefusedException {
        return Platform.MAC ? mac(system) : linux(system);
    }

    private static Arm64Processor linux(SystemFunctions system) throws RefusedException {
        MemorySegment getauxval = system.find("getauxval");
        long first = system.call(getauxval, AT_HWCAP, 0, 0, 0, 0, 0);
        long second = system.call(getauxval, AT_HWCAP2, 0, 0, 0, 0, 0);
        return new Arm64Processor(
                (first & HWCAP_ASIMD) != 0, (first & HWCAP_ASIMDDP) != 0, (second & HWCAP2_I8MM) != 0);
    }

    private static Arm64Processor mac(SystemFunctions system) throws RefusedException {
        MemorySegment sysctlbyname = system.find("sysctlbyname");
        // Every Mac with an Arm processor has NEON.
        return new Arm64Processor(
                true,
                has(system, sysctlbyname, "hw.optional.arm.FEAT_DotProd"),
                has(system, sysctlbyname, "hw.optional.arm.FEAT_I8MM"));
    }

    private static boolean has(SystemFunctions system, MemorySegment sysctlbyname, String feature) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(feature);
            MemorySegment value = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_LONG, 4);
            long result = system.call(sysctlbyname, name.address(), value.address(), bytes.address(), 0, 0, 0);
            return (int) result == 0 && value.get(ValueLayout.JAVA_INT, 0) != 0;
        }
    }
}
