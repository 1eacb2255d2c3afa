// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.family.QwenCase;
import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sizes, orders and windows of images against the published functions. */
class QwenGeometryTest {
    private static List<Map<?, ?>> golden(String key) {
        return ((List<?>) Golden.json("families/qwen-geometry.json").get(key))
                .stream().<Map<?, ?>>map(each -> (Map<?, ?>) each).toList();
    }

    private static int number(Map<?, ?> golden, String key) {
        return ((Number) golden.get(key)).intValue();
    }

    private static PatchGrid grid(Map<?, ?> golden) {
        int[] grid = QwenCase.ints(golden.get("grid"));
        return new PatchGrid(grid[0], grid[1]);
    }

    @NeedsGolden
    @Test
    void imagesGetThePublishedSizes() {
        assertEquals(180, golden("smart_resize").size());
        for (Map<?, ?> golden : golden("smart_resize")) {
            int[] size = QwenCase.ints(golden.get("size"));
            int[] resized = QwenCase.ints(golden.get("resized"));
            int factor = number(golden, "factor");
            SmartResize found = SmartResize.of(
                    size[0], size[1], factor, number(golden, "min_pixels"), number(golden, "max_pixels"));
            assertEquals(new SmartResize(resized[0], resized[1]), found, golden.toString());
            ImageLayout layout = new QwenTiling(
                            factor / 2, number(golden, "min_pixels"), number(golden, "max_pixels"))
                    .layout(size[0], size[1], ImageMode.AUTO);
            assertEquals(number(golden, "tokens"), layout.rows(), golden.toString());
            assertEquals(
                    new ImageGrid(resized[1] / factor, resized[0] / factor),
                    layout.grid().orElseThrow());
        }
    }

    /** Halves go to the even neighbour: away from zero, 70 pixels would become 84. */
    @Test
    void halvesAreRoundedToEven() {
        assertEquals(new SmartResize(56, 56), SmartResize.of(70, 42, 28, 784, 1 << 24));
    }

    @Test
    void veryLongImagesAreRefused() {
        assertEquals(new SmartResize(5600, 28), SmartResize.of(5600, 28, 28, 784, 1 << 24));
        RequestException refused =
                assertThrows(RequestException.class, () -> SmartResize.of(5601, 28, 28, 784, 1 << 24));
        assertTrue(refused.getMessage().contains("5601x28"), refused.getMessage());
        assertThrows(RequestException.class, () -> SmartResize.of(1, 1 << 30, 28, 784, 1 << 24));
    }

    @Test
    void imagesKeepTheirShape() {
        QwenTiling tiling = new QwenTiling(14, 3136, 1 << 20);
        for (ImageMode mode : new ImageMode[] {ImageMode.PAD, ImageMode.CROP}) {
            assertThrows(RequestException.class, () -> tiling.layout(100, 100, mode));
        }
    }

    @Test
    void boundsOfTokensAreChecked() {
        assertTrue(new ImageTokens(4, 4).isGiven());
        for (int[] bounds : new int[][] {{0, 4}, {5, 4}, {-1, 4}, {4, ImageTokens.MOST + 1}, {4, 0}}) {
            assertThrows(RequestException.class, () -> new ImageTokens(bounds[0], bounds[1]));
        }
    }

    @NeedsGolden
    @Test
    void patchesFollowPlaceByPlace() {
        for (Map<?, ?> golden : golden("patch_order")) {
            PatchGrid grid = grid(golden);
            int[] all = IntStream.range(0, grid.patches()).toArray();
            assertArrayEquals(
                    QwenCase.ints(golden.get("rows")),
                    IntStream.of(all).map(grid::row).toArray());
            assertArrayEquals(
                    QwenCase.ints(golden.get("cols")),
                    IntStream.of(all).map(grid::column).toArray());
        }
    }

    @NeedsGolden
    @Test
    void windowsHoldThePublishedPlaces() {
        for (Map<?, ?> golden : golden("windows")) {
            PlaceOrder order = PlaceOrder.windows(grid(golden), 4);
            assertArrayEquals(QwenCase.ints(golden.get("order")), order.places(), golden.toString());
            assertArrayEquals(QwenCase.ints(golden.get("lengths")), order.lengths(), golden.toString());
            int[] inverse = QwenCase.ints(golden.get("inverse"));
            for (int i = 0; i < inverse.length; i++) {
                assertEquals(i, order.places()[inverse[i]]);
            }
        }
    }

    @Test
    void withoutWindowsPlacesStandInTheirOrder() {
        for (PatchGrid grid : new PatchGrid[] {new PatchGrid(2, 2), new PatchGrid(6, 14), new PatchGrid(14, 6)}) {
            PlaceOrder whole = PlaceOrder.whole(grid);
            assertArrayEquals(IntStream.range(0, grid.places()).toArray(), whole.places());
            assertArrayEquals(new int[] {grid.patches()}, whole.patchLengths());
        }
    }
}
