// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.List;

/**
 * What a user says in one turn: pictures and text. The published prompt formats place all pictures before the text.
 *
 * @param parts at least one part
 */
public record Message(List<Part> parts) {
    public Message {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new RequestException("a message needs text or a picture");
        }
    }

    /** Text with any number of pictures. */
    public static Message of(String text, RgbImage... images) {
        List<Part> parts = new ArrayList<>();
        for (RgbImage image : images) {
            parts.add(new Part.Image(image));
        }
        parts.add(new Part.Text(text));
        return new Message(parts);
    }

    /** The pictures, in order. */
    public List<RgbImage> images() {
        return parts.stream()
                .filter(Part.Image.class::isInstance)
                .map(part -> ((Part.Image) part).image())
                .toList();
    }

    /** The text parts, joined by LF. */
    public String text() {
        return String.join(
                "\n",
                parts.stream()
                        .filter(Part.Text.class::isInstance)
                        .map(part -> ((Part.Text) part).text())
                        .toList());
    }
}
