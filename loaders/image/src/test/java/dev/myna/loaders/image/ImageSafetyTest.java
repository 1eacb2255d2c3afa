// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.ImageException.Fault;
import dev.myna.testing.Allocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The hostile images of the safety contract (I-04 to I-06 are in {@link ImageDecoderTest}). */
@Timeout(60)
class ImageSafetyTest {
    private static final long SEED = 20_260_102;

    @Test
    void i01SmallFileDeclaringTwoGigapixels() {
        byte[] png = Images.png(50_000, 40_000, 8, 2, new byte[0], Images.chunk("tEXt", new byte[225 - 77]));
        assertEquals(225, png.length);
        long before = Allocation.bytes();
        ImageException e = refused(png);
        assertTrue(Allocation.bytes() - before < 4 << 20, "allocated " + (Allocation.bytes() - before));
        assertTrue(e.getMessage().contains("50000x40000") && e.getMessage().contains("64 Mpixel"), e.getMessage());
        assertTrue(
                refused(Images.png(2 << 20, 1, 8, 2, new byte[0])).getMessage().contains("on a side"));
    }

    @Test
    void i01FrameLargerThanItsContainerSays() {
        byte[] webp = Images.WEBP_ANIMATED.clone();
        int frame = new String(webp, StandardCharsets.ISO_8859_1).indexOf("VP8L") + 8;
        Arrays.fill(webp, frame + 1, frame + 4, (byte) 0xff);
        webp[frame + 4] = 0x0f;
        assertTrue(refused(webp).getMessage().contains("16384x"));
    }

    @Test
    void i01TooManyBytes(@TempDir Path folder) throws Exception {
        byte[] large = Arrays.copyOf(Images.WEBP_LOSSLESS, ImageDecoder.MAX_ENCODED_BYTES + 1);
        assertTrue(refused(large).getMessage().contains("32 MiB"));
        Path file = Files.write(folder.resolve("large.webp"), large);
        assertTrue(refused(file).getMessage().startsWith("large.webp: "));
    }

    @TestFactory
    Stream<DynamicTest> i02TruncatedAndBitFlipped() {
        return Images.ofEveryFormat().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> damaged(e.getKey(), e.getValue())));
    }

    private static void damaged(String name, byte[] valid) {
        decode(valid);
        for (int length = 0; length < valid.length; length += 1 + valid.length / 300) {
            decodedOrRefused(Arrays.copyOf(valid, length), name + " cut to " + length);
        }
        Random random = new Random(SEED);
        for (int i = 0; i < 200; i++) {
            byte[] flipped = valid.clone();
            int flips = 1 + random.nextInt(4);
            for (int k = 0; k < flips; k++) {
                // Mostly headers: that is where codecs decide sizes.
                int range = random.nextBoolean() ? Math.min(64, valid.length) : valid.length;
                flipped[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
            }
            decodedOrRefused(flipped, name + " flipped, seed " + SEED + " case " + i);
        }
    }

    @Test
    void i03AndI10WhateverACodecThrowsBecomesOneException() {
        String secret = "[I@1b6d3586 at /srv/secret/model.gguf";
        List<Supplier<Throwable>> thrown = List.of(
                () -> new IllegalStateException(secret),
                () -> new NegativeArraySizeException(secret),
                () -> new ArrayIndexOutOfBoundsException(secret),
                () -> new ClassCastException(secret),
                () -> new StackOverflowError(secret),
                () -> new OutOfMemoryError(secret),
                () -> new InternalError(secret),
                () -> new AssertionError(secret),
                () -> new NoClassDefFoundError(secret));
        for (Supplier<Throwable> supplier : thrown) {
            ImageException e = assertThrows(
                    ImageException.class,
                    () -> ImageDecoder.guarded("x", ImageFormat.PNG, () -> {
                        throw ImageSafetyTest.<RuntimeException>unchecked(supplier.get());
                    }));
            assertPlain(e.getMessage());
            assertEquals(supplier.get().getClass(), e.getCause().getClass());
            boolean memory = e.getCause() instanceof OutOfMemoryError;
            assertEquals(memory ? Fault.MEMORY : Fault.IMAGE, e.fault());
            assertEquals(!memory, e.getMessage().contains("damaged"), e.getMessage());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void i07EmptyImages() {
        ImageException e = refused(Images.png(0, 5, 8, 2, new byte[5]));
        assertPlain(e.getMessage());
        refused(Images.png(5, 0, 8, 2, new byte[0]));
        byte[] bmp = Images.encode("bmp", Images.buffered(Images.gradient()));
        refused(zeroed(bmp, 18));
        refused(zeroed(bmp, 22));
        byte[] gif = Images.encode("gif", Images.palette());
        int frame = new String(gif, StandardCharsets.ISO_8859_1).indexOf(",\0\0\0\0");
        gif[frame + 5] = 0;
        refused(gif);
        byte[] jpeg = Images.encode("jpeg", Images.buffered(Images.gradient()));
        int sof = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("\u00ff\u00c0");
        jpeg[sof + 8] = 0;
        refused(jpeg);
    }

    @Test
    void i07ThinImages() {
        assertArrayEquals(
                new byte[] {1, 2, 3},
                decode(Images.png(1, 1, 8, 2, new byte[] {0, 1, 2, 3})).rgb());
        byte[] rows = new byte[10_000 * 4];
        rows[rows.length - 1] = 9;
        RgbImage tall = decode(Images.png(1, 10_000, 8, 2, rows));
        assertEquals(10_000, tall.height());
        assertEquals(9, Images.color(tall, 0, 9_999));
        RgbImage wide = decode(Images.png(10_000, 1, 8, 2, Arrays.copyOf(rows, 30_001)));
        assertEquals(10_000, wide.width());
        assertEquals(
                336,
                Resampler.bicubic(tall, 336, 3_360_000, new Window(0, 1_679_832, 336, 336))
                        .height());
    }

    @Test
    void i08ContentDecidesTheFormat(@TempDir Path folder) throws Exception {
        Path misnamed = Files.write(folder.resolve("image.jpg"), Images.WEBP_LOSSLESS);
        assertArrayEquals(
                Images.gradient().rgb(),
                ImageDecoder.decode(misnamed, Orientation.IGNORE).rgb());
        Map<String, String> wrong = Map.of(
                "", "empty",
                "A text about cats.\n", "text",
                "<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG",
                "%PDF-1.7\n%\u00e2\u00e3", "PDF",
                "<!DOCTYPE html><p>login", "web page",
                "\0\1\2\3", "unknown");
        wrong.forEach((content, kind) -> {
            String message =
                    refused(content.getBytes(StandardCharsets.ISO_8859_1)).getMessage();
            assertTrue(message.contains(kind), message);
            assertPlain(message);
        });
    }

    @Test
    void i09HugeTextAndProfileChunksAreSkipped() {
        byte[] bomb = Images.deflate(new byte[200 << 20]);
        byte[] keyword = {'x', 0, 0};
        byte[] pixel = {0, 1, 2, 3};
        byte[] png = Images.png(
                1,
                1,
                8,
                2,
                pixel,
                Images.chunk("iCCP", Images.join(keyword, bomb)),
                Images.chunk("zTXt", Images.join(keyword, bomb)),
                Images.chunk("tEXt", Images.join(keyword, new byte[16 << 20])));
        long before = Allocation.bytes();
        assertArrayEquals(new byte[] {1, 2, 3}, decode(png).rgb());
        long allocated = Allocation.bytes() - before;
        assertTrue(allocated < 2L * png.length + (4 << 20), "allocated " + allocated + " for " + png.length);
    }

    @Test
    void i10MessagesNameTheImageAndNothingElse(@TempDir Path folder) throws Exception {
        Path secret = Files.createDirectory(folder.resolve("secret"));
        for (Path path : List.of(
                secret,
                secret.resolve("absent.png"),
                Files.write(secret.resolve("text.png"), new byte[] {'h', 'i'}),
                Files.write(secret.resolve("cut.png"), Arrays.copyOf(Images.png(9, 9, 8, 2, new byte[252]), 40)))) {
            ImageException e = refused(path);
            assertTrue(e.getMessage().startsWith(path.getFileName() + ": "), e.getMessage());
            for (Throwable t = e; t != null; t = t.getCause()) {
                assertFalse(String.valueOf(t.getMessage()).contains(folder.toString()), t.getMessage());
            }
            assertPlain(e.getMessage());
        }
        byte[] text = {'h', 'i'};
        String message = assertThrows(
                        ImageException.class,
                        () -> ImageDecoder.decode(text, "a\u001b[31m\n\u202ebc", Orientation.IGNORE))
                .getMessage();
        assertTrue(message.startsWith("a?[31m??bc: "), message);
    }

    private static void assertPlain(String message) {
        assertFalse(message.contains("@") || message.contains("/srv") || message.contains("\n"), message);
        assertTrue(message.contains(": ") && message.contains("; "), message);
    }

    private static byte[] zeroed(byte[] bytes, int at) {
        byte[] copy = bytes.clone();
        Arrays.fill(copy, at, at + 4, (byte) 0);
        return copy;
    }

    private static RgbImage decode(byte[] encoded) {
        return ImageDecoder.decode(encoded, "x", Orientation.APPLY);
    }

    private static ImageException refused(byte[] encoded) {
        return assertThrows(ImageException.class, () -> decode(encoded));
    }

    private static ImageException refused(Path path) {
        return assertThrows(ImageException.class, () -> ImageDecoder.decode(path, Orientation.IGNORE));
    }

    private static void decodedOrRefused(byte[] encoded, String what) {
        try {
            decode(encoded);
        } catch (Throwable t) {
            assertSame(ImageException.class, t.getClass(), what);
            assertPlain(t.getMessage());
        }
    }
}
