// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.io.IOException;
import java.util.Iterator;
import java.util.ServiceLoader;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** Finds ImageIO readers by format, whatever context class loader the ImageIO registry was first filled under. */
final class Readers {
    private Readers() {}

    /** A new reader; for JPEG the TwelveMonkeys one, which tolerates damaged side segments, where there is a choice. */
    static ImageReader create(String format) throws IOException {
        ImageReader reader = find(format);
        if (reader == null || format.equals("jpeg") && !isPlugin(reader)) {
            IIORegistry.getDefaultInstance()
                    .registerServiceProviders(ServiceLoader.load(ImageReaderSpi.class, Readers.class.getClassLoader())
                            .iterator());
            reader = find(format);
        }
        if (reader == null) {
            throw new IOException("no ImageIO reader for " + format + " on the class path");
        }
        return reader;
    }

    private static ImageReader find(String format) {
        ImageReader first = null;
        for (Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format); readers.hasNext(); ) {
            ImageReader reader = readers.next();
            if (isPlugin(reader)) {
                return reader;
            }
            first = first == null ? reader : first;
        }
        return first;
    }

    private static boolean isPlugin(ImageReader reader) {
        return reader.getClass().getName().startsWith("com.twelvemonkeys.");
    }
}
