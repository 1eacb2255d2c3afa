// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Positions on three axes of text and image grids. */
class RotaryPositionsTest {

    @NeedsGolden
    @Test
    void positionsOfTextAndGridsAreTheGoldens() {
        Map<String, Object> geometry = Golden.json("families/qwen-geometry.json");
        for (Object each : (List<?>) geometry.get("mrope_positions")) {
            Map<?, ?> golden = (Map<?, ?>) each;
            RotaryPositions positions = new RotaryPositions();
            for (Object item : (List<?>) golden.get("items")) {
                if (item instanceof List<?> grid) {
                    positions.addImage(new ImageGrid((Integer) grid.get(0), (Integer) grid.get(1)));
                } else {
                    positions.addText((Integer) item);
                }
            }
            String[] axes = {"t", "h", "w"};
            int rows = ((List<?>) golden.get("t")).size();
            for (int axis = 0; axis < axes.length; axis++) {
                for (int row = 0; row < rows; row++) {
                    Object expected = ((List<?>) golden.get(axes[axis])).get(row);
                    assertEquals(expected, positions.get(row, axis), golden.get("items") + ", row " + row);
                }
            }
            assertEquals(golden.get("next"), positions.next());
            assertEquals(golden.get("delta"), positions.next() - rows);
        }
    }

    @Test
    void theEndOfAPromptCountsOnFromWhatIsInFrontOfIt() {
        RotaryPositions positions = new RotaryPositions(100, 40);
        positions.addText(2);
        positions.addImage(new ImageGrid(2, 3));
        positions.addText(1);
        assertEquals(41, positions.get(101, 0));
        assertEquals(42, positions.get(107, 0));
        assertEquals(43, positions.get(107, 1));
        assertEquals(44, positions.get(107, 2));
        assertEquals(44, positions.last(107));
        assertEquals(45, positions.get(108, 2));
        assertEquals(46, positions.next());
    }

    @Test
    void gridsHavePlaces() {
        assertEquals(12, new ImageGrid(3, 4).size());
        assertThrows(IllegalArgumentException.class, () -> new ImageGrid(0, 4));
        assertThrows(IllegalArgumentException.class, () -> new ImageGrid(3, -1));
        assertThrows(IllegalArgumentException.class, () -> new ImageGrid(1 << 16, 1 << 15));
    }
}
