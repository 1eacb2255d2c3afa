// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.List;

/**
 * What a user says in one turn: texts and images in any order, which prompts keep. Models of LLaVA's kind were trained with images before
 * the text.
 *
 * @param parts at least one
 */
public record Message(List<Part> parts) {
    public Message {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new RequestException("a message needs text or an image");
        }
    }

    /** Text with any number of images. */
    public static Message of(String text, RgbImage... images) {
        List<Part> parts = new ArrayList<>();
        for (RgbImage image : images) {
            parts.add(new Part.Image(image));
        }
        parts.add(new Part.Text(text));
        return new Message(parts);
    }

    /** The images, in order. */
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
