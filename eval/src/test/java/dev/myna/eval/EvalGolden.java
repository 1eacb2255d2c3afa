// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval;

import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.LlavaBenchFiles;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonLimits;
import dev.myna.loaders.text.JsonReader;
import dev.myna.loaders.text.JsonTree;
import dev.myna.testing.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reference data of evaluations. */
public final class EvalGolden {
    private EvalGolden() {}

    /** The rows of a JSONL file. */
    public static List<Map<String, Object>> rows(String relative) {
        try {
            return LlavaBenchFiles.all(Golden.path("eval/" + relative)).stream()
                    .map(DataRow::fields)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JSON file. */
    public static Object json(String relative) {
        try {
            String text = Files.readString(Golden.path("eval/" + relative));
            return JsonTree.value(JsonReader.of(text, JsonLimits.ofValues(1 << 20)));
        } catch (IOException | JsonException e) {
            throw new IllegalStateException(relative, e);
        }
    }

    /** Differences between what should be and what is. */
    public static final class Differences {
        private final List<String> all = new ArrayList<>();
        private int compared;

        public void compare(Object where, Object expected, Object actual) {
            compared++;
            if (!Objects.equals(expected, actual)) {
                all.add(where + "\n      expected " + expected + "\n      was      " + actual);
            }
        }

        public void close(Object where, Object expected, double actual) {
            compared++;
            double value = expected == null ? Double.NaN : ((Number) expected).doubleValue();
            if (!(Math.abs(value - actual) <= 1e-9 || Double.isNaN(value) && Double.isNaN(actual))) {
                all.add(where + ": expected " + expected + ", was " + actual);
            }
        }

        /** Fails if there are differences, or fewer comparisons than there must be. */
        public void finish(int min) {
            if (!all.isEmpty() || compared < min) {
                throw new AssertionError(all.size() + " of " + compared + " differ:\n"
                        + String.join("\n", all.subList(0, Math.min(all.size(), 12))));
            }
        }
    }
}
