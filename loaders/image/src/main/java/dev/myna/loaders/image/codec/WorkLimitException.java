// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

import java.io.IOException;

/** Thrown when decoding asks for more work than the file can justify; the message says what and what to do. */
public final class WorkLimitException extends IOException {
    private static final long serialVersionUID = 1L;

    public WorkLimitException(String message) {
        super(message);
    }
}
