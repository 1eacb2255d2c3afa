// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

import java.io.IOException;

/** Encoded data that contradict their format; the message says how, as in "chunk IHDR has 12 bytes in place of 13". */
public final class DamagedImageException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedImageException(String fault) {
        super(fault);
    }
}
