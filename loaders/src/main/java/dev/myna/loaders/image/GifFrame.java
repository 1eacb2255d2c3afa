// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
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
        int background = frame.getColorModel() instanceof IndexColorModel palette
                ? Rasters.colours(palette)[Math.clamp(palette.getTransparentPixel(), 0, palette.getMapSize() - 1)]
                : 0;
        return new Screen(width, height, left, top).show(colours, background & 0xffffff);
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
