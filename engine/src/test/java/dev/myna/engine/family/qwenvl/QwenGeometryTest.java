// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageMode;
import dev.myna.engine.error.RequestException;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sizes, windows and the order of patches. */
class QwenGeometryTest {

    @Test
    @NeedsGolden
    void sizesAreThoseOfThePublishedCode() {
        for (Map<String, Object> each : cases("smart_resize")) {
            int[] size = ints(each.get("size"));
            int factor = number(each.get("factor"));
            int min = number(each.get("min_pixels"));
            int max = number(each.get("max_pixels"));
            if (each.get("resized") == null) {
                RequestException refused = assertThrows(
                        RequestException.class, () -> SmartResize.of(size[0], size[1], factor, min, max));
                assertTrue(refused.getMessage().contains(size[0] + "x" + size[1]), refused.getMessage());
                continue;
            }
            SmartResize resized = SmartResize.of(size[0], size[1], factor, min, max);
            assertArrayEquals(
                    ints(each.get("resized")), new int[] {resized.width(), resized.height()}, each.toString());
            assertEquals(number(each.get("tokens")), resized.width() / factor * (resized.height() / factor));
        }
    }

    @Test
    @NeedsGolden
    void windowsAreThoseOfThePublishedCode() {
        for (Map<String, Object> each : cases("windows")) {
            int[] sides = ints(each.get("grid"));
            PatchGrid grid = new PatchGrid(sides[0], sides[1]);
            PlaceOrder order = PlaceOrder.windows(grid, 4);
            assertArrayEquals(ints(each.get("order")), order.places(), each.toString());
            assertArrayEquals(ints(each.get("lengths")), order.lengths(), each.toString());
            int[] inverse = new int[grid.places()];
            for (int i = 0; i < inverse.length; i++) {
                inverse[order.places()[i]] = i;
            }
            assertArrayEquals(ints(each.get("inverse")), inverse, each.toString());
        }
    }

    @Test
    @NeedsGolden
    void patchesAreCountedPlaceByPlace() {
        for (Map<String, Object> each : cases("patch_order")) {
            int[] sides = ints(each.get("grid"));
            PatchGrid grid = new PatchGrid(sides[0], sides[1]);
            assertArrayEquals(
                    ints(each.get("rows")),
                    IntStream.range(0, grid.patches()).map(grid::row).toArray());
            assertArrayEquals(
                    ints(each.get("cols")),
                    IntStream.range(0, grid.patches()).map(grid::column).toArray());
        }
    }

    @Test
    void aSmallGridIsOneWindow() {
        PatchGrid grid = new PatchGrid(8, 6);
        assertArrayEquals(new int[] {12}, PlaceOrder.windows(grid, 4).lengths());
        assertArrayEquals(
                PlaceOrder.whole(grid).places(), PlaceOrder.windows(grid, 4).places());
    }

    @Test
    void aWholeGridIsInRowOrder() {
        PatchGrid grid = new PatchGrid(6, 20);
        assertArrayEquals(
                IntStream.range(0, 30).toArray(), PlaceOrder.whole(grid).places());
        assertArrayEquals(new int[] {120}, PlaceOrder.whole(grid).patchLengths());
    }

    @Test
    void sidesRoundHalfToEven() {
        assertEquals(new SmartResize(56, 56), SmartResize.of(70, 42, 28, 1, 1 << 20));
    }

    @Test
    void oddGridsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PatchGrid(3, 2));
        assertThrows(IllegalArgumentException.class, () -> new PatchGrid(0, 2));
    }

    @Test
    void modesThatMakeImagesSquareAreRefused() {
        QwenTiling tiling = new QwenTiling(14, 3136, 1 << 20);
        assertTrue(assertThrows(RequestException.class, () -> tiling.layout(100, 100, ImageMode.PAD))
                .getMessage()
                .contains("pad"));
    }

    private static List<Map<String, Object>> cases(String name) {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> cases =
                (List<Map<String, Object>>) Golden.json("families/qwen-geometry.json").get(name);
        return cases;
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }

    private static int[] ints(Object value) {
        return ((List<?>) value).stream().mapToInt(QwenGeometryTest::number).toArray();
    }
}
