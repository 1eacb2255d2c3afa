// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.loaders.image.RgbImage;
import java.util.List;
import java.util.Optional;

/** The layout of an image whose rows are known already. */
record FixedLayout(int rows, ImageGrid places) implements ImageLayout {
    static FixedLayout ofRows(int rows) {
        return new FixedLayout(rows, null);
    }

    static FixedLayout of(ImageGrid places) {
        return new FixedLayout(places.size(), places);
    }

    @Override
    public Optional<ImageGrid> grid() {
        return Optional.ofNullable(places);
    }

    @Override
    public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
        throw new AssertionError("the rows are known");
    }

    @Override
    public float[] arrange(float[] projected, float[] newline) {
        throw new AssertionError("the rows are known");
    }
}
