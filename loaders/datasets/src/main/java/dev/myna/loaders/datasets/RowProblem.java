// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

/**
 * A row that was not read.
 *
 * @param file its name
 * @param line where the row begins, from 1
 * @param column name or number of the column; empty if the whole row is meant
 * @param message what is wrong
 */
public record RowProblem(String file, long line, String column, String message) {
    /** One line: file, line, column, what is wrong. */
    @Override
    public String toString() {
        return file + ": line " + line + (column.isEmpty() ? "" : ", column " + column) + ": " + message;
    }
}
