// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.cpu.jit.contract.Isa;
import org.junit.jupiter.api.Test;

/** Allocation of vector registers. */
class KernelCodeTest {

    @Test
    void moreRegistersThanTheProcessorHasAreRefused() {
        KernelCode avx2 = new KernelCode(Isa.AVX2, Convention.SYSTEM_V);
        avx2.take(16);
        assertThrows(IllegalStateException.class, avx2::take);
        KernelCode avx512 = new KernelCode(Isa.AVX512, Convention.SYSTEM_V);
        avx512.take(31);
        assertEquals(31, avx512.take().index());
        assertThrows(IllegalStateException.class, avx512::take);
    }
}
