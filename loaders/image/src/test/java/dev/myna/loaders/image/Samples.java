// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.awt.Point;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.plugins.bmp.BMPImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Small images of every kind that the JDK can write without loss, with the pixels that they hold. */
final class Samples {
    private static final int WIDTH = 19;
    private static final int HEIGHT = 13;

    private Samples() {}

    /** @param pixels what decoding must give */
    record Sample(byte[] encoded, RgbImage pixels) {}

    /** By name: format, colours, depth and what else is special. */
    static Map<String, Sample> lossless() {
        Map<String, Sample> all = new LinkedHashMap<>();
        for (Map.Entry<String, BufferedImage> e : images().entrySet()) {
            String kind = e.getKey();
            BufferedImage image = e.getValue();
            all.put("png " + kind, sample("png", image, p -> {}));
            all.put(
                    "interlaced png " + kind,
                    sample("png", image, p -> p.setProgressiveMode(ImageWriteParam.MODE_DEFAULT)));
            if (kind.startsWith("palette") || kind.startsWith("gray 8")) {
                all.put("gif " + kind, sample("gif", image, p -> p.setProgressiveMode(ImageWriteParam.MODE_DISABLED)));
                all.put(
                        "interlaced gif " + kind,
                        sample("gif", image, p -> p.setProgressiveMode(ImageWriteParam.MODE_DEFAULT)));
            }
            if (!kind.contains("16") && !kind.contains("alpha") && !kind.equals("palette 2")) {
                all.put("bmp " + kind, sample("bmp", image, p -> {}));
                all.put("top-down bmp " + kind, sample("bmp", image, p -> ((BMPImageWriteParam) p).setTopDown(true)));
            }
            if (kind.equals("palette 8")) {
                // The JDK's own writer of BI_RLE4 is wrong: BmpTest has that.
                all.put("bmp BI_RLE8", sample("bmp", image, p -> compress(p, "BI_RLE8")));
            }
            for (String type : new String[] {"", "LZW", "Deflate", "ZLib", "PackBits"}) {
                all.put("tiff " + kind + " " + type, sample("tiff", image, p -> {
                    if (!type.isEmpty()) {
                        compress(p, type);
                    }
                }));
            }
            all.put("tiled tiff " + kind, sample("tiff", image, p -> {
                p.setTilingMode(ImageWriteParam.MODE_EXPLICIT);
                p.setTiling(16, 16, 0, 0);
            }));
        }
        return all;
    }

    private static Map<String, BufferedImage> images() {
        Map<String, BufferedImage> images = new LinkedHashMap<>();
        for (int bits : new int[] {1, 2, 4, 8}) {
            images.put(
                    "palette " + bits,
                    filled(new BufferedImage(
                            WIDTH,
                            HEIGHT,
                            bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY,
                            palette(bits))));
        }
        images.put("gray 8", filled(new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY)));
        images.put("gray 16", filled(new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_USHORT_GRAY)));
        images.put("rgb 8", filled(new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR)));
        images.put("rgb alpha 8", filled(new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_4BYTE_ABGR)));
        images.put("gray alpha 8", components(2, DataBuffer.TYPE_BYTE));
        images.put("rgb 16", components(3, DataBuffer.TYPE_USHORT));
        images.put("rgb alpha 16", components(4, DataBuffer.TYPE_USHORT));
        return images;
    }

    private static BufferedImage components(int count, int type) {
        var space = java.awt.color.ColorSpace.getInstance(
                count < 3 ? java.awt.color.ColorSpace.CS_GRAY : java.awt.color.ColorSpace.CS_sRGB);
        boolean alpha = count % 2 == 0;
        ColorModel model =
                new ComponentColorModel(space, alpha, false, alpha ? ColorModel.TRANSLUCENT : ColorModel.OPAQUE, type);
        WritableRaster raster = Raster.createInterleavedRaster(type, WIDTH, HEIGHT, count, new Point());
        return filled(new BufferedImage(model, raster, false, null));
    }

    private static IndexColorModel palette(int bits) {
        byte[] entries = new byte[3 << bits];
        new Random(bits).nextBytes(entries);
        return new IndexColorModel(bits, 1 << bits, entries, 0, false);
    }

    /** Noise with some runs in it. */
    private static BufferedImage filled(BufferedImage image) {
        Random random = new Random(7);
        WritableRaster raster = image.getRaster();
        int[] pixel = new int[raster.getNumBands()];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                for (int band = 0; band < pixel.length && (x % 5 != 1 || y % 3 == 0); band++) {
                    pixel[band] = random.nextInt(1 << raster.getSampleModel().getSampleSize(band));
                }
                raster.setPixel(x, y, pixel);
            }
        }
        return image;
    }

    private interface Tuning {
        void tune(ImageWriteParam param);
    }

    private static Sample sample(String format, BufferedImage image, Tuning tuning) {
        ImageWriter writer = Images.writer(format);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            tuning.tune(param);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return new Sample(bytes.toByteArray(), pixels(image));
    }

    private static void compress(ImageWriteParam param, String type) {
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionType(type);
    }

    /** What is in the raster: palette entries, high bytes, no alpha. */
    private static RgbImage pixels(BufferedImage image) {
        byte[] rgb = new byte[WIDTH * HEIGHT * 3];
        Raster raster = image.getRaster();
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % WIDTH;
            int y = i / 3 / WIDTH;
            if (image.getColorModel() instanceof IndexColorModel palette) {
                int color = palette.getRGB(raster.getSample(x, y, 0));
                rgb[i] = (byte) (color >> 16 - 8 * (i % 3));
            } else {
                int band = raster.getNumBands() < 3 ? 0 : i % 3;
                rgb[i] = (byte)
                        (raster.getSample(x, y, band) >> raster.getSampleModel().getSampleSize(band) - 8);
            }
        }
        return new RgbImage(WIDTH, HEIGHT, rgb);
    }
}
