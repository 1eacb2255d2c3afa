// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The code that makes written instructions visible on Arm; it is written on any machine. */
class InstructionCacheTest {

    /** The bytes are those that GNU as makes of the sequence in the architecture's manual. */
    @Test
    void cleansTheDataCacheThenInvalidatesTheInstructionCache() {
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
