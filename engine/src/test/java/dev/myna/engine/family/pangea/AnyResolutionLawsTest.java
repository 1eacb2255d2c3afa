// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.pangea;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The plan equals an independent implementation of docs/spec/models.md 4.3.1, for thousands of sizes. */
class AnyResolutionLawsTest {
    private static final int[][] CANVASES = {{336, 672}, {672, 336}, {672, 672}, {1008, 336}, {336, 1008}};
    private static final List<AnyResolution.Pinpoint> PINPOINTS = java.util.Arrays.stream(CANVASES)
            .map(canvas -> new AnyResolution.Pinpoint(canvas[0], canvas[1]))
            .toList();
    private static final int SIZES = 20_000;
    private static final int MOST_TOKENS = 2928;

    @Test
    void plansEqualAnIndependentImplementation() {
        Random random = new Random(20_26);
        for (int i = 0; i < SIZES; i++) {
            // Every scale is as likely: thumbnails, photographs, banners.
            int w = (int) Math.round(Math.exp(random.nextDouble() * Math.log(9000)));
            int h = (int) Math.round(Math.exp(random.nextDouble() * Math.log(9000)));
            check(w, h);
        }
        for (int side = 1; side <= 2100; side += 7) {
            check(side, side);
            check(side, 2 * side);
            check(2 * side, side);
            check(3 * side, side);
        }
    }

    private static void check(int w, int h) {
        String size = w + "x" + h;
        AnyResolution.Plan plan = AnyResolution.plan(w, h, PINPOINTS, 336, 14);
        int[] canvas = canvas(w, h);
        assertEquals(
                canvas[0] + "x" + canvas[1],
                plan.pinpoint().width() + "x" + plan.pinpoint().height(),
                size);

        double sw = (double) canvas[0] / w;
        double sh = (double) canvas[1] / h;
        int nw = sw < sh ? canvas[0] : Math.min((int) Math.ceil(w * sh), canvas[0]);
        int nh = sw < sh ? Math.min((int) Math.ceil(h * sw), canvas[1]) : canvas[1];
        assertEquals(nw, plan.resizedWidth(), size);
        assertEquals(nh, plan.resizedHeight(), size);
        assertEquals((canvas[0] - nw) / 2, plan.pasteX(), size);
        assertEquals((canvas[1] - nh) / 2, plan.pasteY(), size);

        int cw = canvas[0] / 14;
        int ch = canvas[1] / 14;
        boolean wider = (double) w / h > (double) cw / ch;
        int cut = wider ? (ch - (int) (h * ((double) cw / w))) / 2 : (cw - (int) (w * ((double) ch / h))) / 2;
        int rows = wider ? ch - 2 * cut : ch;
        int columns = wider ? cw : cw - 2 * cut;
        assertEquals(rows, plan.keep().rows(), size);
        assertEquals(columns, plan.keep().columns(), size);
        assertEquals(wider ? cut : 0, plan.keep().top(), size);
        assertEquals(wider ? 0 : cut, plan.keep().left(), size);

        assertEquals(576 + rows * (columns + 1), plan.rows(), size);
        assertTrue(plan.rows() >= 576 && plan.rows() <= MOST_TOKENS, size + ": " + plan.rows());
        assertTrue(plan.tiles() >= 3 && plan.tiles() <= 5, size + ": " + plan.tiles() + " tiles");
    }

    private static int[] canvas(int w, int h) {
        int[] chosen = null;
        double most = -1;
        double least = 0;
        for (int[] candidate : CANVASES) {
            double scale = Math.min((double) candidate[0] / w, (double) candidate[1] / h);
            double kept = Math.min(Math.floor(w * scale) * Math.floor(h * scale), (double) w * h);
            double waste = (double) candidate[0] * candidate[1] - kept;
            if (chosen == null || kept > most || kept == most && waste < least) {
                chosen = candidate;
                most = kept;
                least = waste;
            }
        }
        return chosen;
    }
}
