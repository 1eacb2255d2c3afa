// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

/** A file of a data set cannot be used. The message is one line: file, place, what is wrong. */
public final class DatasetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
