// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** JPEG and WebP through ImageIO. */
final class OldCodecs {
    private OldCodecs() {}

    static Pixels webp(byte[] encoded, WorkBudget budget) throws IOException {
        ImageReader reader = Readers.create("webp");
        reader.setInput(
                new MemoryCacheImageInputStream(new ByteArrayInputStream(WebpChunks.withoutProfile(encoded))), true, true);
        budget.declare(reader.getWidth(0), reader.getHeight(0));
        RgbImage frame = Rasters.toRgb(reader.read(0));
        RgbImage image = WebpChunks.screen(encoded, frame).show(frame, 0);
        return new Pixels(image.width(), image.height(), image.rgb());
    }
}
