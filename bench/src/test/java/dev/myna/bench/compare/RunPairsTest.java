// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RunPairsTest {

    @Test
    void medianRatioIsOfPairsNotOfMedians() {
        RunPairs duel = new RunPairs(List.of(
                new RunPairs.Pair(10, 10, RunPairs.Better.HIGHER),
                new RunPairs.Pair(20, 40, RunPairs.Better.HIGHER),
                new RunPairs.Pair(90, 30, RunPairs.Better.HIGHER)));
        assertEquals(1, duel.medianRatio());
        assertEquals(20, duel.medianOurs());
        assertEquals(30, duel.medianTheirs());
        assertEquals(0.5, duel.lowestRatio());
        assertEquals(3, duel.highestRatio());
    }

    @Test
    void medianOfEvenNumberIsMeanOfMiddleTwo() {
        RunPairs duel = new RunPairs(List.of(
                new RunPairs.Pair(1, 2, RunPairs.Better.LOWER), new RunPairs.Pair(1, 4, RunPairs.Better.LOWER)));
        assertEquals(3, duel.medianRatio());
    }
}
