// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

import java.io.IOException;

/** A whole image that uses a feature Myna does not read; the message names the feature, as in "CCITT compression". */
public final class UnsupportedImageException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnsupportedImageException(String feature) {
        super(feature);
    }
}
