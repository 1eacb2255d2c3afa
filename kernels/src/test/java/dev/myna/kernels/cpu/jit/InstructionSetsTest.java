// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.kernels.asm.host.Arm64Processor;
import dev.myna.kernels.cpu.jit.contract.Isa;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which instruction sets are used with an Arm processor's features. */
class InstructionSetsTest {

    @Test
    void usesTheInstructionSetsWhoseFeaturesAreSupported() {
        assertEquals(List.of(Isa.NEON_I8MM, Isa.NEON_DOTPROD, Isa.NEON), sets(true, true, true));
        assertEquals(List.of(Isa.NEON_DOTPROD, Isa.NEON), sets(true, true, false));
        assertEquals(List.of(Isa.NEON), sets(true, false, false));
        assertEquals(List.of(), sets(false, false, false));
    }

    private static List<Isa> sets(boolean neon, boolean dotProd, boolean i8mm) {
        return Machine.sets(new Arm64Processor(neon, dotProd, i8mm));
    }
}
