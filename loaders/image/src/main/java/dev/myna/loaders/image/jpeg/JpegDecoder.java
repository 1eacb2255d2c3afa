// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.codec.WorkLimitException;
import dev.myna.loaders.image.jpeg.entropy.ArithmeticBlocks;
import dev.myna.loaders.image.jpeg.entropy.BitReader;
import dev.myna.loaders.image.jpeg.entropy.BlockDecoder;
import dev.myna.loaders.image.jpeg.entropy.ProgressiveAc;
import dev.myna.loaders.image.jpeg.entropy.ProgressiveDc;
import dev.myna.loaders.image.jpeg.entropy.SequentialHuffman;
import dev.myna.loaders.image.jpeg.entropy.Tables;
import dev.myna.loaders.image.jpeg.pixels.ColorSpace;
import dev.myna.loaders.image.jpeg.pixels.ImageAssembler;
import dev.myna.loaders.image.jpeg.segments.Component;
import dev.myna.loaders.image.jpeg.segments.Faults;
import dev.myna.loaders.image.jpeg.segments.Frame;
import dev.myna.loaders.image.jpeg.segments.Marker;
import dev.myna.loaders.image.jpeg.segments.ScanHeader;
import dev.myna.loaders.image.jpeg.segments.SegmentReader;
import java.io.IOException;

/**
 * Decodes JPEG images of 8-bit samples: baseline, extended sequential and progressive, in Huffman or arithmetic coding, of one,
 * three or four components (ITU-T T.81). The pixels are those of Pillow with libjpeg-turbo after {@code convert("RGB")}. Colour profiles and EXIF
 * orientation are not applied.
 *
 * <p>A file that lacks a part of the image is an error, and so are entropy-coded data that no encoder writes. A missing end
 * marker, bytes between segments, and whatever follows the image are not.
 */
public final class JpegDecoder {
    /** Maximum number of scans. Encoders write up to about ten; each scan is one more pass over the image. */
    private static final int MAX_SCANS = 500;

    /** Arithmetic coding: number of blocks that are allowed for any number of bytes. */
    private static final int ARITHMETIC_BLOCKS = 1 << 16;

    /** Arithmetic coding: maximum number of further blocks per byte. */
    private static final int ARITHMETIC_BLOCKS_PER_BYTE = 64;

    private final byte[] data;
    private final WorkBudget budget;
    private final SegmentReader in;
    private final Tables tables = new Tables();

    private Frame frame;
    private boolean jfif;
    private int adobeTransform = ColorSpace.NO_ADOBE;

    private int scans;
    private Progress progress;

    /** By component: the quantization steps in force at its first scan. */
    private int[][] steps;

    /** By component: for AC scans, which coefficients differ from zero somewhere. */
    private long[] used;

    /** The coefficients, if the image has several scans. */
    private CoefficientStore store;

    private JpegDecoder(byte[] encoded, WorkBudget budget) throws IOException {
        data = encoded;
        this.budget = budget;
        in = new SegmentReader(encoded);
    }

    /**
     * Decodes an image to RGB. Memory of the image's size is allocated only if the budget takes the size that the header
     * declares, and if the data are long enough for an image of that size.
     *
     * @param encoded a file's bytes; not changed
     * @param budget spent by one unit for each sample, and by about half a unit for each coefficient that a scan visits
     *     if there are several scans
     * @throws java.io.EOFException if the data end before the image is complete; the message says where
     * @throws dev.myna.loaders.image.codec.DamagedImageException if no encoder writes such data; the message says where
     * @throws dev.myna.loaders.image.codec.UnsupportedImageException if the image has a feature that is not supported
     * @throws WorkLimitException if the budget does not suffice
     * @throws java.io.InterruptedIOException if the thread was interrupted
     */
    public static Pixels decode(byte[] encoded, WorkBudget budget) throws IOException {
        return new JpegDecoder(encoded, budget).decode();
    }

    private Pixels decode() throws IOException {
        while (true) {
            int marker = in.nextMarker();
            if (marker == Marker.END_OF_DATA || marker == Marker.EOI) {
                return finish(marker);
            }
            if (Marker.isAlone(marker)) {
                continue;
            }
            in.enter();
            budget.spend(in.remaining());
            if (marker == Marker.SOS) {
                Pixels image = scan();
                if (image != null) {
                    return image;
                }
                continue;
            }
            segment(marker);
            in.leave();
        }
    }

    private void segment(int marker) throws IOException {
        switch (marker) {
            case Marker.DQT -> tables.readQuantization(in);
            case Marker.DHT -> tables.readHuffman(in);
            case Marker.DAC -> tables.readConditioning(in);
            case Marker.DRI -> tables.readRestartInterval(in);
            case Marker.APP0 -> jfif |= in.remaining() >= 14 && in.begins("JFIF\0");
            case Marker.APP14 -> {
                if (in.remaining() >= 12 && in.begins("Adobe")) {
                    in.skip(11);
                    adobeTransform = in.u8();
                }
            }
            default -> {
                if (Marker.isFrame(marker) || marker == Marker.DHP) {
                    startFrame(marker);
                }
            }
        }
    }

    private void startFrame(int marker) throws IOException {
        if (frame != null) {
            throw Faults.damaged(in.position(), "a second frame header");
        }
        frame = Frame.read(in, marker);
        budget.declare(frame.width(), frame.height());
        int components = frame.components().length;
        progress = new Progress(components);
        steps = new int[components][];
        used = new long[components];
    }

    /** Reads a scan. Returns the image if it is complete, else null. */
    private Pixels scan() throws IOException {
        if (frame == null) {
            throw Faults.damaged(in.position(), "a scan before the frame header");
        }
        ScanHeader scan = ScanHeader.read(in, frame);
        if (++scans > MAX_SCANS) {
            throw new WorkLimitException(
                    "the JPEG data have more than " + MAX_SCANS + " scans; save the image again as baseline JPEG");
        }
        for (Component c : scan.components()) {
            if (steps[c.index()] == null) {
                steps[c.index()] = tables.quantization(c.quantization(), scan.position());
            } else if (!frame.progressive()) {
                throw Faults.damaged(scan.position(), "a second scan of component " + c.id());
            }
        }
        if (scans == 1) {
            requireEnoughData(scan.position());
        }
        if (!frame.progressive() && scan.components().length == frame.components().length) {
            ImageAssembler assembler = assembler();
            read(scan, new DirectTarget(assembler, steps));
            return assembler.image();
        }
        if (store == null) {
            store = new CoefficientStore(frame);
        }
        store.begin(scan);
        read(scan, store);
        progress.add(scan);
        return !frame.progressive() && progress.complete() ? stored() : null;
    }

    /**
     * Before anything of the image's size is allocated: a Huffman code has at least one bit, and each block has a DC code and,
     * in a sequential scan, an AC code. Arithmetic coding has no such bound; {@link #ARITHMETIC_BLOCKS} is ours.
     */
    private void requireEnoughData(int position) throws IOException {
        long bytes;
        if (frame.arithmetic()) {
            bytes = (frame.blocks() - ARITHMETIC_BLOCKS) / ARITHMETIC_BLOCKS_PER_BYTE;
        } else {
            bytes = Math.ceilDiv(frame.blocks() * (frame.progressive() ? 1 : 2), 8);
        }
        if (data.length - position < bytes) {
            throw Faults.endsEarly("early: " + frame.width() + "x" + frame.height() + " pixels take at least " + bytes
                    + " bytes, and " + (data.length - position) + " are there");
        }
    }

    private void read(ScanHeader scan, BlockTarget target) throws IOException {
        BlockDecoder decoder = blockDecoder(scan);
        new ScanReader(data, frame, scan, decoder, tables.restartInterval(), scans).read(target, budget);
        if (decoder instanceof ProgressiveAc ac) {
            used[scan.components()[0].index()] = ac.used();
        }
        in.seek(decoder.position());
    }

    private BlockDecoder blockDecoder(ScanHeader scan) throws IOException {
        if (frame.arithmetic()) {
            return new ArithmeticBlocks(data, scan, tables.conditioning());
        }
        BitReader bits = new BitReader(data, scan.position());
        if (!frame.progressive()) {
            return new SequentialHuffman(bits, scan, tables);
        }
        return scan.dc()
                ? new ProgressiveDc(bits, scan, tables)
                : new ProgressiveAc(bits, scan, tables, used[scan.components()[0].index()]);
    }

    /** The file ends, or an end marker ends the image. */
    private Pixels finish(int marker) throws IOException {
        if (frame == null) {
            throw Faults.endsEarly("before the frame header");
        }
        for (Component c : frame.components()) {
            if (!progress.begun(c)) {
                throw Faults.endsEarly("after " + scans + " scans, without component " + c.id());
            }
        }
        if (marker == Marker.END_OF_DATA && !progress.complete()) {
            throw Faults.endsEarly("after " + scans + " scans, before the last one");
        }
        return stored();
    }

    private Pixels stored() throws IOException {
        ImageAssembler assembler = assembler();
        store.assemble(assembler, steps, budget);
        return assembler.image();
    }

    private ImageAssembler assembler() {
        return new ImageAssembler(frame, ColorSpace.of(frame, jfif, adobeTransform));
    }
}
