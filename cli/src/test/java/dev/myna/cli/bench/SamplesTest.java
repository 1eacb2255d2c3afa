// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheMiddleTwo() {
        assertEquals(3, new Samples(9, 1, 3).median());
        assertEquals(2.5, new Samples(4, 1, 2, 3).median());
        assertEquals(7, new Samples(7).median());
    }

    @Test
    void spreadIsTheSampleStandardDeviation() {
        Samples samples = new Samples(2, 4, 4, 4, 5, 5, 7, 9);
        assertEquals(5, samples.mean());
        assertEquals(Math.sqrt(32 / 7.0), samples.deviation(), 1e-12);
        assertEquals(2, samples.min());
        assertEquals(9, samples.max());
    }

    @Test
    void oneSampleHasNoSpread() {
        assertEquals(0, new Samples(5).deviation());
    }

    @Test
    void noSamplesAreAnError() {
        assertThrows(IllegalArgumentException.class, Samples::new);
    }

    @Test
    void figuresAreComputedOneByOne() {
        Samples rates = Samples.of(new long[] {500_000_000, 1_000_000_000}, nanos -> 10 * 1e9 / nanos);
        assertArrayEquals(new double[] {20, 10}, rates.values());
    }
}
