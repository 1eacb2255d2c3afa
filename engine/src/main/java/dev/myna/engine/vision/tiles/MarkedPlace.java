// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision.tiles;

import dev.myna.engine.prompt.ImagePlace;
import java.util.ArrayList;
import java.util.List;

/** Builds the place of an image from texts and runs of rows, in order. Texts that touch become one. For one thread. */
public final class MarkedPlace {
    private final List<ImagePlace.Part> parts = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int rows;

    /** Adds a text of the format; may be empty. */
    public MarkedPlace text(String more) {
        text.append(more);
        return this;
    }

    /** Adds the next {@code count} rows of the image. */
    public MarkedPlace rows(int count) {
        flush();
        parts.add(new ImagePlace.Rows(rows, count));
        rows += count;
        return this;
    }

    /** What was added. */
    public ImagePlace place() {
        flush();
        return new ImagePlace(parts);
    }

    private void flush() {
        if (!text.isEmpty()) {
            parts.add(new ImagePlace.Text(text.toString()));
            text.setLength(0);
        }
    }
}
