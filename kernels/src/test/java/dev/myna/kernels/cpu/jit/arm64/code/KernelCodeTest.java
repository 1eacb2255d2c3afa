// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.contract.Isa;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** A kernel preserves the lower halves of v8 to v15, as AAPCS64 requires. The expected bytes are those of GNU as. */
class KernelCodeTest {
    private static final String SAVE = "e827bc6dea2f016dec37026dee3f036d";
    private static final String RESTORE = "ea2f416dec37426dee3f436de827c46c";
    private static final String RET = "c0035fd6";

    @Test
    void upTo24RegistersAreUsedWithoutSaving() {
        KernelCode code = new KernelCode(Isa.NEON);
        for (V v : code.take(24)) {
            assertTrue(v.index() < 8 || v.index() > 15, v.toString());
        }
        assertEquals(RET, hex(code));
    }

    @Test
    void moreThan24RegistersAreSavedAndRestored() {
        KernelCode code = new KernelCode(Isa.NEON);
        V[] all = code.take(32);
        assertEquals(32, Arrays.stream(all).distinct().count());
        assertThrows(IllegalStateException.class, code::take);
        assertEquals(SAVE + RESTORE + RET, hex(code));
    }

    /** The prologue is inserted when the code is finished. */
    @Test
    void constantsStayAlignedAndInReachAfterThePrologueIsInserted() {
        KernelCode code = new KernelCode(Isa.NEON);
        V last = code.take(32)[31];
        Constant constant = code.constant(i -> i + 1);
        constant.keepIn(last);
        String hex = hex(code);
        String bytes = "0102030405060708090a0b0c0d0e0f10";
        assertTrue(hex.startsWith(SAVE) && hex.endsWith(bytes), hex);
        assertEquals(0, hex.indexOf(bytes) / 2 % 16);
        // ldr q15, 32 bytes on
        assertEquals("0f01009c", hex.substring(SAVE.length(), SAVE.length() + 8));
        assertEquals(SAVE.length() / 2 + 32, hex.indexOf(bytes) / 2);
    }

    private static String hex(KernelCode code) {
        return HexFormat.of().formatHex(code.finish());
    }
}
