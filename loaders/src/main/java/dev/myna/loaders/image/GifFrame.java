// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The first frame of a GIF on its logical screen. */
final class GifFrame {
    private GifFrame() {}

    /** What the frame leaves uncovered has the colour under the transparent index, or colour 0 where there is none. */
    static RgbImage read(ImageReader reader) throws IOException {
        Element screen = element(reader.getStreamMetadata(), "LogicalScreenDescriptor");
        IIOMetadata metadata = reader.getImageMetadata(0);
        Element descriptor = element(metadata, "ImageDescriptor");
        int left = number(descriptor, "imageLeftPosition");
        int top = number(descriptor, "imageTopPosition");
        int width = Math.max(number(screen, "logicalScreenWidth"), left + reader.getWidth(0));
        int height = Math.max(number(screen, "logicalScreenHeight"), top + reader.getHeight(0));
        ImageDecoder.requireDecodable(width, height);
        BufferedImage frame = reader.read(0);
        RgbImage colours = Rasters.toRgb(frame);
        if (width == colours.width() && height == colours.height()) {
            return colours;
        }
        int background = frame.getColorModel() instanceof IndexColorModel palette
                ? Rasters.colours(palette)[Math.clamp(palette.getTransparentPixel(), 0, palette.getMapSize() - 1)]
                : 0;
        return paste(colours, width, height, left, top, background);
    }

    private static RgbImage paste(RgbImage image, int width, int height, int left, int top, int background) {
        byte[] rgb = new byte[width * height * 3];
        byte[] colour = {(byte) (background >> 16), (byte) (background >> 8), (byte) background};
        if (colour[0] == colour[1] && colour[1] == colour[2]) {
            Arrays.fill(rgb, colour[0]);
        } else {
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = colour[i % 3];
            }
        }
        for (int y = 0; y < image.height(); y++) {
            int to = ((top + y) * width + left) * 3;
            System.arraycopy(image.rgb(), y * image.width() * 3, rgb, to, image.width() * 3);
        }
        return new RgbImage(width, height, rgb);
    }

    private static Element element(IIOMetadata metadata, String name) throws IOException {
        Element root = (Element) metadata.getAsTree(metadata.getNativeMetadataFormatName());
        NodeList found = root.getElementsByTagName(name);
        if (found.getLength() == 0) {
            throw new IOException("the GIF data have no " + name);
        }
        return (Element) found.item(0);
    }

    private static int number(Element element, String attribute) {
        return Integer.parseInt(element.getAttribute(attribute));
    }
}
