// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Draws images of every kind an encoder treats in its own way, as PNG: {@code DrawnImages FOLDER}. The same at every
 * run.
 */
public final class DrawnImages {
    private static final int EACH = 40;
    private static final int[] SIZES = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100};

    private DrawnImages() {}

    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        for (int i = 0; i < EACH; i++) {
            Random random = new Random(i);
            int width = side(random, i);
            int height = side(random, i);
            write(folder, "scene", i, scene(random, width, height, 255));
            write(folder, "noise", i, noise(random, width, height));
            write(folder, "smooth", i, smooth(random, width, height));
            write(folder, "alpha", i, scene(random, width, height, 0));
            write(folder, "palette", i, palette(random, width, height, 1 + (i < 20 ? i : random.nextInt(256))));
        }
        for (int i = 0; i < 9; i++) {
            Random random = new Random(100 + i);
            BufferedImage large = scene(random, 1000 + random.nextInt(600), 1000 + random.nextInt(400), 255);
            write(folder, "large", i, grain(random, large));
        }
    }

    private static int side(Random random, int i) {
        return i < 20 ? SIZES[random.nextInt(SIZES.length)] : 1 + random.nextInt(300);
    }

    private static void write(Path folder, String kind, int number, BufferedImage image) throws IOException {
        ImageIO.write(image, "png", folder.resolve(kind + "-" + number + ".png").toFile());
    }

    /** Shapes, lines and text over a gradient. */
    private static BufferedImage scene(Random random, int width, int height, int minAlpha) {
        BufferedImage image = new BufferedImage(
                width, height, minAlpha == 255 ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setPaint(new GradientPaint(0, 0, color(random, minAlpha), width, height, color(random, minAlpha)));
        g.fillRect(0, 0, width, height);
        for (int i = 0; i < 12; i++) {
            g.setColor(color(random, minAlpha));
            g.setStroke(new BasicStroke(1 + random.nextInt(5)));
            int x = random.nextInt(width);
            int y = random.nextInt(height);
            switch (i % 4) {
                case 0 -> g.fillOval(x, y, 1 + random.nextInt(width), 1 + random.nextInt(height));
                case 1 -> g.fillRect(x, y, 1 + random.nextInt(width), 1 + random.nextInt(height));
                case 2 -> g.drawLine(x, y, random.nextInt(width), random.nextInt(height));
                default -> {
                    g.setFont(new Font(Font.DIALOG, Font.PLAIN, 8 + random.nextInt(40)));
                    g.drawString("Myna 42", x, y);
                }
            }
        }
        g.dispose();
        return image;
    }

    private static BufferedImage noise(Random random, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt());
        }
        return image;
    }

    private static BufferedImage smooth(Random random, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        double u = random.nextDouble() / 10;
        double v = random.nextDouble() / 10;
        for (int i = 0; i < width * height; i++) {
            int x = i % width;
            int y = i / width;
            int red = (int) (127 + 127 * Math.sin(u * x + v * y));
            int green = (int) (127 + 127 * Math.cos(v * x - u * y));
            image.setRGB(x, y, red << 16 | green << 8 | 255 * x / width);
        }
        return image;
    }

    private static BufferedImage palette(Random random, int width, int height, int colors) {
        int[] table = random.ints(colors).toArray();
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int run = 0;
        int color = 0;
        for (int i = 0; i < width * height; i++) {
            if (run-- == 0) {
                run = random.nextInt(9);
                color = table[random.nextInt(colors)];
            }
            image.setRGB(i % width, i / width, color);
        }
        return image;
    }

    /** The image with a little noise, like a photograph. */
    private static BufferedImage grain(Random random, BufferedImage image) {
        for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
            int x = i % image.getWidth();
            int y = i / image.getWidth();
            int rgb = image.getRGB(x, y);
            int noise = (int) (6 * random.nextGaussian());
            image.setRGB(x, y, plus(rgb >> 16, noise) << 16 | plus(rgb >> 8, noise) << 8 | plus(rgb, noise));
        }
        return image;
    }

    private static int plus(int sample, int difference) {
        return Math.max(0, Math.min((sample & 0xff) + difference, 255));
    }

    private static Color color(Random random, int minAlpha) {
        int alpha = minAlpha + random.nextInt(256 - minAlpha);
        return new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256), alpha);
    }
}
