// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PythonNumbersTest {
    @Test
    void floatsAreReadAsPythonReadsThem() {
        assertEquals(10.0, PythonNumbers.parse(" 1_0 ").orElseThrow());
        assertEquals(8.0, PythonNumbers.parse("8.").orElseThrow());
        assertEquals(0.5, PythonNumbers.parse(".5").orElseThrow());
        assertEquals(12.0, PythonNumbers.parse("१२").orElseThrow());
        assertTrue(Double.isNaN(PythonNumbers.parse("-NaN").orElseThrow()));
        for (String text : new String[] {"", ".", "1__0", "_1", "1_", "1e", "0x1p3", "1f", "8 7", "e5", "²"}) {
            assertTrue(PythonNumbers.parse(text).isEmpty(), text);
        }
    }

    @Test
    void floatsArePrintedAsPythonPrintsThem() {
        assertEquals("1000.0", PythonNumbers.repr(1e3));
        assertEquals("1e+16", PythonNumbers.repr(1e16));
        assertEquals("1.5e-05", PythonNumbers.repr(1.5e-5));
        assertEquals("0.0001", PythonNumbers.repr(1e-4));
        assertEquals("-0.0", PythonNumbers.repr(-0.0));
        assertEquals("123456789012345.6", PythonNumbers.repr(123456789012345.6));
    }

    @Test
    void roundingIsHalfToEvenOnTheBinaryValue() {
        assertEquals(2.67, PythonNumbers.round(2.675, 2));
        assertEquals(0.12, PythonNumbers.round(0.125, 2));
    }
}
