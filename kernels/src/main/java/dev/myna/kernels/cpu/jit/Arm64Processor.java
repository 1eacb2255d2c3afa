// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.cpu.jit.contract.Isa;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** What an Arm processor can do, as its operating system says: user programs may not ask the processor itself. */
final class Arm64Processor {
    private static final int AT_HWCAP = 16;
    private static final int AT_HWCAP2 = 26;
    private static final long HWCAP_ASIMD = 1L << 1;
    private static final long HWCAP_ASIMDDP = 1L << 20;
    private static final long HWCAP2_I8MM = 1L << 13;

    private Arm64Processor() {}

    /** The instruction sets that can be used, best first. */
    static List<Isa> sets(SystemFunctions system) throws RefusedException {
        return Platform.MAC ? mac(system) : linux(system);
    }

    private static List<Isa> linux(SystemFunctions system) throws RefusedException {
        MemorySegment getauxval = system.find("getauxval");
        long first = system.call(getauxval, AT_HWCAP, 0, 0, 0, 0, 0);
        long second = system.call(getauxval, AT_HWCAP2, 0, 0, 0, 0, 0);
        return sets((first & HWCAP_ASIMD) != 0, (first & HWCAP_ASIMDDP) != 0, (second & HWCAP2_I8MM) != 0);
    }

    private static List<Isa> mac(SystemFunctions system) throws RefusedException {
        MemorySegment sysctlbyname = system.find("sysctlbyname");
        // Every Mac of this kind has NEON.
        return sets(
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

    static List<Isa> sets(boolean neon, boolean dots, boolean matrices) {
        List<Isa> sets = new ArrayList<>();
        if (neon && dots && matrices) {
            sets.add(Isa.NEON_I8MM);
        }
        if (neon && dots) {
            sets.add(Isa.NEON_DOTPROD);
        }
        if (neon) {
            sets.add(Isa.NEON);
        }
        return sets;
    }
}
