// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.pangea;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.family.pangea.AnyResolution.Keep;
import dev.myna.engine.family.pangea.AnyResolution.Pinpoint;
import dev.myna.engine.family.pangea.AnyResolution.Plan;
import dev.myna.loaders.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans equal the table of docs/spec/models.md 4.3.1; tiles of plain images have the expected pixels. */
class AnyResolutionTest {
    private static final List<Pinpoint> PINPOINTS = List.of(
            new Pinpoint(336, 672),
            new Pinpoint(672, 336),
            new Pinpoint(672, 672),
            new Pinpoint(1008, 336),
            new Pinpoint(336, 1008));

    @ParameterizedTest
    @CsvSource({
        "336,336, 336,672, 336,336, 0,168, 1,2, 24,24,12,0, 1176",
        "640,480, 672,672, 672,504, 0,84, 2,2, 36,48,6,0, 2340",
        "480,640, 672,672, 504,672, 84,0, 2,2, 48,36,0,6, 2352",
        "500,333, 672,336, 505,336, 83,0, 2,1, 24,36,0,6, 1464",
        "1920,1080, 672,672, 672,378, 0,147, 2,2, 28,48,10,0, 1948",
        "1080,1920, 672,672, 378,672, 147,0, 2,2, 48,28,0,10, 1968",
        "300,300, 336,672, 336,337, 0,167, 1,2, 24,24,12,0, 1176",
        "100,500, 336,672, 135,672, 100,0, 1,2, 48,10,0,7, 1104",
        "2000,300, 1008,336, 1008,152, 0,92, 3,1, 10,72,7,0, 1306",
        "672,672, 672,672, 672,672, 0,0, 2,2, 48,48,0,0, 2928",
        "200,100, 336,672, 336,168, 0,252, 1,2, 12,24,18,0, 876",
        "4000,3000, 672,672, 672,505, 0,83, 2,2, 36,48,6,0, 2340"
    })
    void plansEqualTheTableOfTheSpecification(
            int width,
            int height,
            int canvasWidth,
            int canvasHeight,
            int resizedWidth,
            int resizedHeight,
            int pasteX,
            int pasteY,
            int gridWidth,
            int gridHeight,
            int rows,
            int columns,
            int top,
            int left,
            int tokens) {
        Plan plan = AnyResolution.plan(width, height, PINPOINTS, 336, 14);
        assertEquals(
                new Plan(
                        new Pinpoint(canvasWidth, canvasHeight),
                        resizedWidth,
                        resizedHeight,
                        pasteX,
                        pasteY,
                        336,
                        gridWidth,
                        gridHeight,
                        24,
                        new Keep(rows, columns, top, left)),
                plan);
        assertEquals(tokens, plan.rows());
        assertEquals(1 + gridWidth * gridHeight, plan.tiles());
    }

    @Test
    void degenerateImagesGetAPlan() {
        assertEquals(
                new Pinpoint(336, 672),
                AnyResolution.plan(5000, 1, PINPOINTS, 336, 14).pinpoint());
        assertEquals(576, AnyResolution.plan(5000, 20, PINPOINTS, 336, 14).rows());
        Plan narrow = AnyResolution.plan(1, 5000, PINPOINTS, 336, 14);
        assertEquals(576 + narrow.keep().rows() * (narrow.keep().columns() + 1), narrow.rows());
        assertEquals(
                narrow.tiles(), narrow.cut(plain(1, 5000, 7), Checkpoint.NONE).size());
    }

    @Test
    void tilesAreTheThumbnailThenTheGridOnBlack() {
        Plan plan = AnyResolution.plan(40, 20, List.of(new Pinpoint(28, 28)), 14, 7);
        List<RgbImage> tiles = plan.cut(plain(40, 20, 200), Checkpoint.NONE);
        assertEquals(5, tiles.size());
        assertEquals(14, plan.resizedHeight());
        assertEquals(7, plan.pasteY());
        assertRows(tiles.get(0), 0, 14, 200);
        for (int tile : new int[] {1, 2}) {
            assertRows(tiles.get(tile), 0, 7, 0);
            assertRows(tiles.get(tile), 7, 14, 200);
        }
        for (int tile : new int[] {3, 4}) {
            assertRows(tiles.get(tile), 0, 7, 200);
            assertRows(tiles.get(tile), 7, 14, 0);
        }
    }

    @Test
    void invalidSizesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> AnyResolution.plan(9, 9, List.of(), 336, 14));
        assertThrows(IllegalArgumentException.class, () -> AnyResolution.plan(9, 9, PINPOINTS, 300, 14));
        assertThrows(IllegalArgumentException.class, () -> AnyResolution.plan(9, 9, PINPOINTS, 224, 14));
        assertThrows(IllegalArgumentException.class, () -> AnyResolution.plan(0, 9, PINPOINTS, 336, 14));
        assertThrows(IllegalArgumentException.class, () -> new Pinpoint(0, 336));
    }

    private static RgbImage plain(int width, int height, int value) {
        byte[] rgb = new byte[width * height * 3];
        Arrays.fill(rgb, (byte) value);
        return new RgbImage(width, height, rgb);
    }

    private static void assertRows(RgbImage tile, int from, int to, int value) {
        for (int i = from * tile.width() * 3; i < to * tile.width() * 3; i++) {
            assertEquals(value, tile.rgb()[i] & 0xff, "sample " + i);
        }
    }
}
