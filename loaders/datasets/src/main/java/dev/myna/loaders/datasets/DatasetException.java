// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

/** A file of a data set cannot be used. The message is one line: file, place, what is wrong. */
public final class DatasetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean absent;

    public DatasetException(String message) {
        this(message, false);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
        this.absent = false;
    }

    private DatasetException(String message, boolean absent) {
        super(message);
        this.absent = absent;
    }

    /** About a file that is not there. */
    public static DatasetException absent(String message) {
        return new DatasetException(message, true);
    }

    /** Whether the file is not there, and not damaged. */
    public boolean isAbsent() {
        return absent;
    }
}
