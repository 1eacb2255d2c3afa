// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.gif;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.Palettes;
import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;

/**
 * The first frame of a GIF on its logical screen, as 8-bit RGB; the transparent colour keeps its colour. That frame must be
 * complete; the rest of the file is not read. A frame that reaches beyond the screen enlarges it.
 */
public final class GifDecoder {
    private static final int IMAGE = 0x2c;
    private static final int EXTENSION = 0x21;
    private static final int TRAILER = 0x3b;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int SIGNATURE = 6;
    private static final int NO_CONTROL = -2;

    private GifDecoder() {}

    /**
     * @throws EOFException if the first frame is not complete
     * @throws IOException if the data are damaged or ask for more than the budget
     */
    public static Pixels decode(byte[] gif, WorkBudget budget) throws IOException {
        EncodedBytes in = new EncodedBytes(gif);
        in.skip(SIGNATURE);
        int screenWidth = in.u16le();
        int screenHeight = in.u16le();
        int flags = in.u8();
        in.skip(2);
        byte[] global = palette(in, flags);
        int transparent = -1;
        while (true) {
            int block = in.u8();
            if (block == IMAGE) {
                break;
            } else if (block == EXTENSION) {
                int transparency = extension(in);
                transparent = transparency == NO_CONTROL ? transparent : transparency;
            } else if (block == TRAILER) {
                throw new DamagedImageException("there is no frame");
            } else {
                throw new DamagedImageException("block " + block + " at " + (in.position() - 1) + " is unknown");
            }
        }
        int left = in.u16le();
        int top = in.u16le();
        int width = in.u16le();
        int height = in.u16le();
        WorkBudget.requireDecodable(width, height);
        int frameFlags = in.u8();
        byte[] local = palette(in, frameFlags);
        GifFrame frame = new GifFrame(
                Math.max(screenWidth, left + width),
                Math.max(screenHeight, top + height),
                left,
                top,
                width,
                height,
                (frameFlags & 0x40) != 0,
                local != null ? local : global != null ? global : Palettes.grays());
        budget.declare(frame.screenWidth(), frame.screenHeight());
        return new Pixels(
                frame.screenWidth(), frame.screenHeight(), frame.show(new LzwIndices(in, budget), transparent));
    }

    /** The transparent index, -1 if there is none, or {@link #NO_CONTROL} of an extension that does not say. */
    private static int extension(EncodedBytes in) throws IOException {
        boolean control = in.u8() == GRAPHIC_CONTROL;
        int transparent = NO_CONTROL;
        for (int length = in.u8(); length != 0; length = in.u8()) {
            int end = in.position() + length;
            if (control && length >= 4) {
                boolean has = (in.u8() & 1) != 0;
                in.skip(2);
                transparent = has ? in.u8() : -1;
            }
            in.position(end);
        }
        return transparent;
    }

    /** 256 entries of red, green, blue; null if the flags announce none. */
    private static byte[] palette(EncodedBytes in, int flags) throws IOException {
        if ((flags & 0x80) == 0) {
            return null;
        }
        byte[] palette = Palettes.grays();
        in.read(palette, 0, 3 * (2 << (flags & 7)));
        return palette;
    }
}
