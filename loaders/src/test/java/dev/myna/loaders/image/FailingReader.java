// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.awt.image.BufferedImage;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;

/** A PNG codec whose pixels end in any exception or error one likes. */
final class FailingReader extends ImageReader {
    private final Supplier<Throwable> thrown;

    private FailingReader(Provider provider) {
        super(provider);
        this.thrown = provider.thrown;
    }

    @Override
    public int getNumImages(boolean allowSearch) {
        return 1;
    }

    @Override
    public int getWidth(int index) {
        return 1;
    }

    @Override
    public int getHeight(int index) {
        return 1;
    }

    @Override
    public Iterator<ImageTypeSpecifier> getImageTypes(int index) {
        return List.<ImageTypeSpecifier>of().iterator();
    }

    @Override
    public IIOMetadata getStreamMetadata() {
        return null;
    }

    @Override
    public IIOMetadata getImageMetadata(int index) {
        return null;
    }

    @Override
    public BufferedImage read(int index, ImageReadParam param) {
        throw FailingReader.<RuntimeException>unchecked(thrown.get());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    static final class Provider extends ImageReaderSpi {
        private final Supplier<Throwable> thrown;

        Provider(Supplier<Throwable> thrown) {
            super(
                    "test",
                    "1",
                    new String[] {"png"},
                    null,
                    null,
                    FailingReader.class.getName(),
                    new Class<?>[] {ImageInputStream.class},
                    null,
                    false,
                    null,
                    null,
                    null,
                    null,
                    false,
                    null,
                    null,
                    null,
                    null);
            this.thrown = thrown;
        }

        @Override
        public boolean canDecodeInput(Object source) {
            return true;
        }

        @Override
        public ImageReader createReaderInstance(Object extension) {
            return new FailingReader(this);
        }

        @Override
        public String getDescription(Locale locale) {
            return "fails";
        }
    }
}
