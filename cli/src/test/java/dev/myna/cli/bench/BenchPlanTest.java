// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.RequestException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchPlanTest {
    private static final List<BenchTest.State> BOTH = List.of(BenchTest.State.WARM, BenchTest.State.COLD);

    private static List<String> labels(BenchPlan plan, boolean sees) {
        return plan.tests(sees).stream().map(BenchTest::label).toList();
    }

    private static BenchPlan tokens(List<Integer> prompts, List<Integer> generations, int... depths) {
        List<Integer> at = java.util.Arrays.stream(depths).boxed().toList();
        return new BenchPlan(prompts, generations, List.of(), at, false, false, BOTH);
    }

    @Test
    void namingNothingMeansEverythingTheModelCan() {
        BenchPlan plan = tokens(null, null, 0);
        assertEquals(List.of("pp512", "tg128", "vit warm", "vit cold", "ttft warm", "ttft cold"), labels(plan, true));
        assertEquals(List.of("pp512", "tg128", "ttft warm", "ttft cold"), labels(plan, false));
        assertTrue(plan.looks());
    }

    @Test
    void promptAndGenerationHaveDefaultsOfTheirOwn() {
        assertEquals(List.of("pp8", "pp16", "tg128"), labels(tokens(List.of(8, 16), null, 0), true));
        assertEquals(List.of("pp512", "tg4"), labels(tokens(null, List.of(4), 0), true));
        assertEquals(List.of("tg4"), labels(tokens(List.of(0), List.of(4), 0), true));
        assertFalse(tokens(List.of(8), null, 0).looks());
    }

    @Test
    void depthsMultiplyTokenTests() {
        assertEquals(
                List.of("pp8", "tg4", "pp8 @ d1024", "tg4 @ d1024"),
                labels(tokens(List.of(8), List.of(4), 0, 1024), true));
    }

    @Test
    void pairsAndImagesStandAlone() {
        BenchPlan pairs =
                new BenchPlan(null, null, List.of(BenchPlan.Pair.parse("512, 64")), List.of(0), false, false, BOTH);
        assertEquals(List.of("pp512+tg64"), labels(pairs, true));
        BenchPlan cold = new BenchPlan(null, null, List.of(), List.of(0), true, true, List.of(BenchTest.State.COLD));
        assertEquals(List.of("vit cold", "ttft cold"), labels(cold, true));
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        assertThrows(
                RequestException.class, () -> tokens(List.of(0), List.of(0), 0).tests(true));
        assertThrows(
                RequestException.class, () -> tokens(List.of(-1), List.of(0), 0).tests(true));
        assertThrows(RequestException.class, () -> tokens(null, null, -1).tests(true));
        BenchPlan vit = new BenchPlan(null, null, List.of(), List.of(0), true, false, BOTH);
        assertThrows(RequestException.class, () -> vit.tests(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"512", "512,", "a,b", "0,64", "64,-1", "1,2,3", ""})
    void pairsAreTwoPositiveNumbers(String text) {
        assertThrows(RequestException.class, () -> BenchPlan.Pair.parse(text));
    }
}
