// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.loaders.image.ImageDecoder.Orientation;

/** Values of {@code --exif}, spelled as people type them. */
public enum Exif {
    apply(Orientation.APPLY),
    ignore(Orientation.IGNORE);

    /** The option's help, the same in every command. */
    public static final String HELP = "EXIF orientation of images: apply (default) or ignore";

    private final Orientation orientation;

    Exif(Orientation orientation) {
        this.orientation = orientation;
    }

    public Orientation orientation() {
        return orientation;
    }
}
