// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RopeScalingTest {

    /** Llama 3.1's reference: what becomes of each frequency, by its wavelength. */
    @Test
    void frequenciesEqualTheReference() {
        float[] divisors = RopeScaling.LLAMA_3_2.divisors(64, 500_000);
        int kept = 0;
        int divided = 0;
        for (int pair = 0; pair < 32; pair++) {
            double frequency = 1 / Math.pow(500_000, 2 * pair / 64.0);
            double wavelength = 2 * Math.PI / frequency;
            double expected;
            if (wavelength < 8192 / 4.0) {
                expected = frequency;
                kept++;
            } else if (wavelength > 8192 / 1.0) {
                expected = frequency / 32;
                divided++;
            } else {
                double smooth = (8192 / wavelength - 1) / (4 - 1);
                expected = (1 - smooth) * frequency / 32 + smooth * frequency;
            }
            assertEquals(expected, frequency / divisors[pair], 1e-7 * expected, "pair " + pair);
        }
        assertEquals(15, kept);
        assertEquals(14, divided);
    }
}
