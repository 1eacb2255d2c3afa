// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

import java.io.IOException;

/** Decoding needs more work than the size of the file justifies. The message says what is too large and what to do. */
public final class WorkLimitException extends IOException {
    private static final long serialVersionUID = 1L;

    public WorkLimitException(String message) {
        super(message);
    }
}
