// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.codec.WorkLimitException;
import dev.myna.loaders.image.webp.container.WebpHeader;
import dev.myna.testing.Allocation;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that end early or were made to do harm. */
@Timeout(60)
class WebpSafetyTest {
    private static final long SEED = 20_260_103;

    static List<GoldenWebp> golden() {
        return GoldenWebp.all();
    }

    /** A download that broke off: whatever the length, never an image. */
    @ParameterizedTest
    @MethodSource("golden")
    void halfAFileIsRefused(GoldenWebp golden) {
        for (int length = 0; length < golden.webp().length; length++) {
            byte[] cut = Arrays.copyOf(golden.webp(), length);
            assertThrows(EOFException.class, () -> WebpDecoderTest.decode(cut), golden + " cut to " + length);
        }
    }

    /** The container's sizes fit what is left of the bitstream: the entropy decoder has to notice. */
    @Test
    void bitstreamThatEndsEarly() {
        for (String name : List.of("normal-filter", "fine-quantizer", "regions", "subtract-green", "color-cache")) {
            byte[] webp = GoldenWebp.named(name);
            String id = new String(webp, 12, 4, StandardCharsets.US_ASCII);
            byte[] data = Arrays.copyOfRange(webp, 20, 20 + size(webp, 16));
            for (int length = 10; length < data.length - 4; length += 2) { // A byte of padding would count.
                byte[] cut = LosslessWriter.riff(id, Arrays.copyOf(data, length));
                assertThrows(EOFException.class, () -> WebpDecoderTest.decode(cut), name + " with " + length);
            }
        }
    }

    @Test
    void messageSaysHowFarTheDataCame() {
        byte[] webp = GoldenWebp.named("normal-filter");
        byte[] data = Arrays.copyOfRange(webp, 20, webp.length);
        EOFException lossy = assertThrows(
                EOFException.class,
                () -> WebpDecoderTest.decode(LosslessWriter.riff("VP8 ", Arrays.copyOf(data, data.length * 3 / 4))));
        assertTrue(lossy.getMessage().matches("the VP8 data end in macroblock row [23] of 4"), lossy.getMessage());
        LosslessWriter noise = new LosslessWriter(100, 100).plain().noise(new Random(SEED), 100 * 100);
        EOFException lossless = assertThrows(EOFException.class, () -> WebpDecoderTest.decode(noise.webp(20_100)));
        assertEquals("the VP8L data end in row 50 of 100", lossless.getMessage());
        EOFException file = assertThrows(EOFException.class, () -> WebpDecoderTest.decode(Arrays.copyOf(webp, 100)));
        assertEquals("the file is incomplete: 100 of " + webp.length + " bytes", file.getMessage());
    }

    /** A chunk that reaches beyond the file, whatever the chunk is. */
    @Test
    void chunkBeyondTheFile() {
        for (String name : List.of("alpha", "extended", "animation-lossy", "one-macroblock", "two-colors")) {
            byte[] webp = GoldenWebp.named(name);
            for (String id : List.of("ALPH", "ICCP", "ANIM", "ANMF", "EXIF", "VP8 ", "VP8L", "VP8X")) {
                int at = WebpDecoderTest.index(webp, id);
                if (at >= 0) {
                    byte[] longer = webp.clone();
                    put(longer, at + 4, webp.length);
                    assertThrows(EOFException.class, () -> WebpDecoderTest.decode(longer), name + ": " + id);
                    put(longer, at + 4, -1);
                    assertThrows(EOFException.class, () -> WebpDecoderTest.decode(longer), name + ": " + id);
                }
            }
        }
    }

    /**
     * 34 bytes that declare 64 Mpixel: end before anything is allocated, whether the container's sizes are right or
     * not.
     */
    @Test
    void tinyFileDeclaringALargeLosslessImage() {
        byte[] bomb = new byte[14];
        ByteBuffer.wrap(bomb).order(ByteOrder.LITTLE_ENDIAN).put((byte) 0x2f).putInt(16382 | 4095 << 14);
        byte[] longer = LosslessWriter.riff("VP8L", bomb);
        assertEquals(34, longer.length);
        assertThrows(IOException.class, () -> WebpDecoderTest.decode(longer));
        put(longer, 4, 252);
        put(longer, 16, 239);
        endsAtOnce(longer);
        // Here the codes are right, and red takes a bit.
        byte[] webp = new LosslessWriter(8191, 8191)
                .plain()
                .bits(1, 1)
                .bits(1, 1)
                .bits(0, 1)
                .bits(0, 1)
                .bits(1, 8)
                .bits(0b0001, 4)
                .bits(0b0001, 4)
                .bits(0b0001, 4)
                .bits(0b0001, 4)
                .webp();
        assertTrue(webp.length < 34);
        endsAtOnce(webp);
    }

    /** The published kind: a header that declares a large image and hardly anything behind it. */
    @Test
    void tinyFilesOfRandomDataDeclaringALargeImage() {
        Random random = new Random(SEED);
        for (int i = 0; i < 2000; i++) {
            byte[] lossless = new byte[14];
            random.nextBytes(lossless);
            ByteBuffer.wrap(lossless)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put((byte) 0x2f)
                    .putInt(8190 | 8190 << 14);
            byte[] webp = LosslessWriter.riff("VP8L", lossless);
            long before = Allocation.bytes();
            try {
                Pixels pixels = WebpDecoderTest.decode(webp);
                assertEquals(8191, pixels.width()); // All of one colour: that takes no data.
                i += 100;
            } catch (EOFException e) {
                assertTrue(Allocation.bytes() - before < 40 << 20, "seed " + SEED + ", " + i);
            } catch (IOException e) {
                // Damaged before the pixels.
            }
        }
    }

    @Test
    void tinyFileDeclaringALargeLossyImage() {
        byte[] webp = GoldenWebp.named("normal-filter").clone();
        ByteBuffer.wrap(webp)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(26, (short) 8191)
                .putShort(28, (short) 8191);
        endsAtOnce(webp);
    }

    private static void endsAtOnce(byte[] webp) {
        long before = Allocation.bytes();
        EOFException e = assertThrows(EOFException.class, () -> WebpDecoderTest.decode(webp));
        assertTrue(Allocation.bytes() - before < 1 << 20, e + ": allocated " + (Allocation.bytes() - before));
    }

    /** A file of two megapixels whose data end in the middle. */
    @Test
    void twoMegapixelsCutInTheMiddle() {
        LosslessWriter noise = new LosslessWriter(2000, 1000).plain().noise(new Random(SEED), 500 * 1000);
        EOFException e = assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThrows(EOFException.class, () -> WebpDecoderTest.decode(noise.webp())));
        assertTrue(e.getMessage().matches("the VP8L data end in row 25[01] of 1000"), e.getMessage());
    }

    /** Small lossy data with an alpha chunk that declares much: alpha is not decoded, so it costs nothing. */
    @Test
    void alphaChunkOfNothing() throws IOException {
        byte[] webp = GoldenWebp.named("alpha-filtered").clone();
        int alpha = WebpDecoderTest.index(webp, "ALPH") + 8;
        Arrays.fill(webp, alpha, alpha + size(webp, alpha - 4), (byte) 0);
        assertEquals(6, WebpDecoderTest.decode(webp).width());
    }

    @Test
    void budgetEndsTheWork() {
        byte[] solid =
                new LosslessWriter(4000, 4000).plain().single(1, 2, 3, 255, 0).webp();
        for (byte[] webp : List.of(solid, GoldenWebp.named("eight-partitions-deltas"), GoldenWebp.named("regions"))) {
            assertThrows(
                    WorkLimitException.class, () -> WebpDecoder.decode(webp, new WorkBudget(1500, 60_000_000_000L)));
            assertThrows(WorkLimitException.class, () -> WebpDecoder.decode(webp, new WorkBudget(1L << 40, -1)));
        }
    }

    /** Work is charged in the order of the samples that are decoded. */
    @ParameterizedTest
    @MethodSource("golden")
    void chargesFewUnitsASample(GoldenWebp golden) throws IOException {
        long samples = 3L * ((golden.width() + 15) & -16) * ((golden.height() + 15) & -16);
        WebpDecoder.decode(golden.webp(), new WorkBudget(4 * samples + 4000, 60_000_000_000L));
    }

    @Test
    void interruptEndsTheWork() {
        byte[] webp =
                new LosslessWriter(8000, 8000).plain().single(1, 2, 3, 255, 0).webp();
        long before = Allocation.bytes();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedIOException.class, () -> WebpDecoderTest.decode(webp));
        assertTrue(Thread.interrupted());
        assertTrue(Allocation.bytes() - before < 20 << 20);
    }

    @ParameterizedTest
    @MethodSource("golden")
    void mutationsAreRefusedOrDecoded(GoldenWebp golden) {
        Random random = new Random(SEED + golden.crc32());
        for (int i = 0; i < 250; i++) {
            byte[] webp = mutated(golden.webp(), random);
            try {
                if ((long) WebpHeader.of(webp).width() * WebpHeader.of(webp).height() < 1 << 20) {
                    WebpDecoder.decode(webp, new WorkBudget(1L << 24, 60_000_000_000L));
                }
            } catch (Throwable e) {
                if (!(e instanceof IOException)) {
                    throw new AssertionError("seed " + SEED + ", " + golden + ", mutation " + i, e);
                }
            }
        }
    }

    static byte[] mutated(byte[] webp, Random random) {
        byte[] mutated = webp.clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at =
                    12 + random.nextInt(random.nextBoolean() ? mutated.length - 12 : Math.min(60, mutated.length - 12));
            mutated[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) random.nextInt();
                case 1 -> (byte) 0xff;
                case 2 -> 0;
                default -> (byte) (mutated[at] ^ 1 << random.nextInt(8));
            };
        }
        return mutated;
    }

    @Test
    void invalidHeadersAreRefused() {
        byte[] inter = GoldenWebp.named("normal-filter").clone();
        inter[20] |= 1;
        assertInstanceOf(IOException.class, assertThrows(IOException.class, () -> WebpDecoderTest.decode(inter)));
        byte[] version = new LosslessWriter(4, 4).plain().single(0, 0, 0, 0, 0).webp();
        version[24] |= (byte) 0x80;
        assertTrue(assertThrows(IOException.class, () -> WebpDecoderTest.decode(version))
                .getMessage()
                .contains("version 0"));
        byte[] nothing = LosslessWriter.riff("XMP ", new byte[40]);
        assertTrue(assertThrows(IOException.class, () -> WebpDecoderTest.decode(nothing))
                .getMessage()
                .contains("no image"));
    }

    private static int size(byte[] webp, int at) {
        return ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    private static void put(byte[] webp, int at, int size) {
        ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).putInt(at, size);
    }
}
