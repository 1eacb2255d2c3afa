// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Rope;
import dev.myna.loaders.gguf.GgufFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How many pairs of a head turn by time, by row and by column.
 *
 * @param key where the file says so
 */
record RopeSections(String file, String key, int time, int row, int column) {
    private static final int TIME = 0;
    private static final int ROW = 1;
    private static final int COLUMN = 2;

    /**
     * Reads {@code ARCHITECTURE.rope.dimension_sections}.
     *
     * @throws ModelException if it is not three numbers and a 0
     * @throws dev.myna.loaders.gguf.GgufException if the key is missing, or no array of integers
     */
    static RopeSections read(GgufFile file, String architecture) {
        String key = architecture + ".rope.dimension_sections";
        int[] sections = file.metadata().integers(key);
        boolean fits = sections.length == 4
                && sections[3] == 0
                && Arrays.stream(sections).allMatch(each -> each >= 0);
        if (!fits) {
            throw new ModelException(
                    file.name() + ": " + key + " = " + file.metadata().describe(key)
                            + " must be the pairs of a head that follow time, row and column, and a 0");
        }
        return new RopeSections(file.name(), key, sections[0], sections[1], sections[2]);
    }

    /** The same rope whose first pairs follow time, the next ones the row and the last ones the column. */
    Rope chunked(Rope rope) {
        requireAll(rope);
        List<Integer> axes = new ArrayList<>();
        for (int pair = 0; pair < rope.pairs(); pair++) {
            axes.add(pair < time ? TIME : pair < time + row ? ROW : COLUMN);
        }
        return withAxes(rope, axes);
    }

    /** The same rope whose pairs follow time, row and column in turn, as long as row and column have any left; all others follow time. */
    Rope interleaved(Rope rope) {
        requireAll(rope);
        List<Integer> axes = new ArrayList<>();
        for (int pair = 0; pair < rope.pairs(); pair++) {
            boolean byRow = pair % 3 == ROW && pair < 3L * row;
            boolean byColumn = pair % 3 == COLUMN && pair < 3L * column;
            axes.add(byRow ? ROW : byColumn ? COLUMN : TIME);
        }
        return withAxes(rope, axes);
    }

    private void requireAll(Rope rope) {
        int pairs = rope.pairs();
        if ((long) time + row + column != pairs) {
            throw new ModelException(file + ": " + key + " = " + time + ", " + row + ", " + column + " must be all "
                    + pairs + " pairs of a head together");
        }
    }

    private static Rope withAxes(Rope rope, List<Integer> axes) {
        return rope.withAxes(axes);
    }
}
