// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A row of a data set.
 *
 * @param line where it begins: a line of a text file, or the number of a Parquet row, from 1
 * @param fields by column, in the order of the file: a string, a {@link Number}, a {@link Boolean}, {@code byte[]}, a list, a map, or
 *     null for an absent value
 */
public record DataRow(long line, Map<String, Object> fields) {
    public DataRow {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** The field's value; null if it is absent. */
    public Object get(String column) {
        return fields.get(column);
    }

    /** The field as text; null if it is absent. */
    public String text(String column) {
        Object value = fields.get(column);
        return value == null ? null : PythonNumbers.text(value);
    }
}
