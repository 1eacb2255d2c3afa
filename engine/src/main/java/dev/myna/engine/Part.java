// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.loaders.image.RgbImage;
import java.util.Objects;

/** A part of a {@link Message}: text or an image. Text is data: special-token text in it stays text. */
public sealed interface Part {

    /** User text in any script. */
    record Text(String text) implements Part {
        public Text {
            Objects.requireNonNull(text);
        }
    }

    /** A decoded image. */
    record Image(RgbImage image) implements Part {
        public Image {
            Objects.requireNonNull(image);
        }
    }
}
