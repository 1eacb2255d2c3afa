// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.kernels.cpu.jit.contract.Isa;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What depends on an Arm machine, as far as it can be said without one. */
class Arm64MachineTest {

    @Test
    void setsAreThoseWhoseFeaturesAreThere() {
        assertEquals(List.of(Isa.NEON_I8MM, Isa.NEON_DOTPROD, Isa.NEON), Arm64Processor.sets(true, true, true));
        assertEquals(List.of(Isa.NEON_DOTPROD, Isa.NEON), Arm64Processor.sets(true, true, false));
        assertEquals(List.of(Isa.NEON), Arm64Processor.sets(true, false, false));
        assertEquals(List.of(), Arm64Processor.sets(false, false, false));
    }

    /** GNU as makes the same of what the architecture's manual asks for. */
    @Test
    void cachesAreMaintainedInTheRightOrder() {
        String everyLine = "850080d2a520c49aa60400d12600268a%sc600058bdf0002eba3ffff54";
        assertEquals(
                "010840a9" + "23003bd5" // ldp x1, x2, [x0]; mrs x3, ctr_el0
                        + "644c50d3" // ubfx x4, x3, #16, #4
                        + everyLine.formatted("267b0bd5") // dc cvau, x6
                        + "9f3b03d5" // dsb ish
                        + "640c40d3" // ubfx x4, x3, #0, #4
                        + everyLine.formatted("26750bd5") // ic ivau, x6
                        + "9f3b03d5" + "df3f03d5" + "c0035fd6", // dsb ish; isb; ret
                HexFormat.of().formatHex(InstructionCache.ByLines.code()));
    }
}
