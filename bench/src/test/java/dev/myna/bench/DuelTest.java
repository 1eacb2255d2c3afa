// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class DuelTest {

    @Test
    void theMedianRatioIsThatOfThePairsNotOfTheMedians() {
        Duel duel = new Duel(List.of(
                new Duel.Pair(10, 10, Duel.Better.HIGHER),
                new Duel.Pair(20, 40, Duel.Better.HIGHER),
                new Duel.Pair(90, 30, Duel.Better.HIGHER)));
        assertEquals(1, duel.medianRatio());
        assertEquals(20, duel.medianOurs());
        assertEquals(30, duel.medianTheirs());
        assertEquals(0.5, duel.lowestRatio());
        assertEquals(3, duel.highestRatio());
    }

    @Test
    void anEvenNumberOfPairsHasTheMeanOfTheMiddleTwo() {
        Duel duel = new Duel(List.of(new Duel.Pair(1, 2, Duel.Better.LOWER), new Duel.Pair(1, 4, Duel.Better.LOWER)));
        assertEquals(3, duel.medianRatio());
    }
}
