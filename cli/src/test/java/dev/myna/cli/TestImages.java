// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Images for tests. */
public final class TestImages {
    private TestImages() {}

    /** Writes an image with a colour gradient. */
    public static Path png(Path path, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (x * 255 / width) << 16 | (y * 255 / height) << 8 | 0x40);
            }
        }
        ImageIO.write(image, "png", path.toFile());
        return path;
    }
}
