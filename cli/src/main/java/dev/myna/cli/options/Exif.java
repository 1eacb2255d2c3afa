// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.loaders.image.ImageDecoder.Orientation;

/** What {@code --exif} says, spelled as people type it. */
public enum Exif {
    apply(Orientation.APPLY),
    ignore(Orientation.IGNORE);

    /** The option's help, the same in every command. */
    public static final String HELP = "turn images upright: apply (default) or ignore";

    private final Orientation orientation;

    Exif(Orientation orientation) {
        this.orientation = orientation;
    }

    public Orientation orientation() {
        return orientation;
    }
}
