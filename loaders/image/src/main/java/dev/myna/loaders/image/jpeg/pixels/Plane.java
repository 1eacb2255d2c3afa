// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.pixels;

import dev.myna.loaders.image.jpeg.segments.Component;

/**
 * The samples of a component in the two rows of MCUs decoded last: as many as upsampling looks at. A row's place
 * repeats after {@link #rows}.
 */
final class Plane {
    final Component component;
    final byte[] samples;
    final int stride;
    private final int rows;

    Plane(Component component, int mcusWide) {
        this.component = component;
        stride = mcusWide * component.h() * 8;
        rows = 2 * component.v() * 8;
        samples = new byte[stride * rows];
    }

    /** Where row {@code y} of the component begins. */
    int row(int y) {
        return y % rows * stride;
    }
}
