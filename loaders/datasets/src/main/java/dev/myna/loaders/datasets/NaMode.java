// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import java.util.Set;

/** Which texts of a table mean that there is no value. */
public enum NaMode {
    /** Those that pandas 2 takes for absent, in quotes or not; columns of numbers only become numbers. */
    PANDAS,
    /** Empty cells only. */
    LITERAL;

    private static final Set<String> PANDAS_TEXTS = Set.of(
            "",
            "#N/A",
            "#N/A N/A",
            "#NA",
            "-1.#IND",
            "-1.#QNAN",
            "-NaN",
            "-nan",
            "1.#IND",
            "1.#QNAN",
            "<NA>",
            "N/A",
            "NA",
            "NULL",
            "NaN",
            "None",
            "n/a",
            "nan",
            "null");

    /** Whether the text means that there is no value. */
    public boolean isAbsent(String text) {
        return this == PANDAS ? PANDAS_TEXTS.contains(text) : text.isEmpty();
    }
}
