// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.pixels;

import dev.myna.loaders.image.jpeg.segments.Component;
import dev.myna.loaders.image.jpeg.segments.Frame;

/** The colour space of a frame. T.81 leaves it to JFIF and Adobe's APP14 segment. */
public enum ColorSpace {
    GRAY,
    RGB,
    YCC,
    CMYK,
    YCCK;

    /** No Adobe segment in the file. */
    public static final int NO_ADOBE = -1;

    /**
     * Decides as libjpeg does.
     *
     * @param jfif whether a JFIF segment was seen
     * @param transform of the Adobe segment, or {@link #NO_ADOBE}
     */
    public static ColorSpace of(Frame frame, boolean jfif, int transform) {
        Component[] c = frame.components();
        switch (c.length) {
            case 1:
                return GRAY;
            case 3:
                boolean named = c[0].id() == 'R' && c[1].id() == 'G' && c[2].id() == 'B';
                return !jfif && (transform == NO_ADOBE ? named : transform == 0) ? RGB : YCC;
            default:
                return transform == NO_ADOBE || transform == 0 ? CMYK : YCCK;
        }
    }
}
