// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.ImageException.Fault;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.codec.WorkLimitException;
import dev.myna.testing.Allocation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Tiny files that would keep a decoder busy, and how decoding ends from outside. The limit of time is a guard against hangs. */
class WorkTest {
    @TestFactory
    Stream<DynamicTest> tinyFilesEndSoonAndTakeLittleMemory() {
        Map<String, Supplier<byte[]>> files = Map.of(
                "webp of 34 bytes",
                WorkTest::largeLosslessWebp,
                "png of 57 bytes",
                () -> Images.png(8192, 8192, 16, 6, new byte[0]),
                "interlaced png without rows",
                WorkTest::interlacedPng,
                "gif without rows",
                () -> gif(8000, 8000, new byte[] {8, 1, 0}),
                "gif of clear codes",
                WorkTest::gifOfClearCodes,
                "bmp without rows",
                () -> Arrays.copyOf(Images.encode("bmp", Images.palette()), 60));
        return files.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    byte[] file = e.getValue().get();
                    assertTimeoutPreemptively(ofSeconds(30), () -> {
                        long before = Allocation.bytes();
                        ImageException refusal =
                                assertThrows(ImageException.class, () -> ImageDecoder.decode(file, "x"));
                        assertTrue(refusal.getMessage().matches(".*(end early|are damaged).*"), refusal.getMessage());
                        long allocated = Allocation.bytes() - before;
                        assertTrue(allocated < 4 << 20, "allocated " + allocated);
                    });
                }));
    }

    @Test
    void hundredsOfScans() throws Exception {
        byte[] jpeg = progressiveJpeg();
        int last = new String(jpeg, StandardCharsets.ISO_8859_1).lastIndexOf("\u00ff\u00da");
        byte[][] scans = new byte[800][];
        Arrays.fill(scans, Arrays.copyOfRange(jpeg, last, jpeg.length - 2));
        byte[] many = Images.join(Arrays.copyOf(jpeg, last), Images.join(scans));
        assertTimeoutPreemptively(ofSeconds(30), () -> {
            assertThrows(ImageException.class, () -> ImageDecoder.decode(many, "x"));
        });
    }

    @Test
    void largeEmptyImagesDecode() {
        byte[] rows = new byte[2001 * 1500];
        RgbImage image = ImageDecoder.decode(Images.png(2000, 1500, 8, 0, rows), "x");
        assertEquals(2000, image.width());
    }

    @Test
    void interruptingEndsDecodingAndStaysVisible() {
        byte[] png = Images.png(600, 500, 8, 2, new byte[1801 * 500]);
        Thread.currentThread().interrupt();
        try {
            ImageException e = assertThrows(ImageException.class, () -> ImageDecoder.decode(png, "x"));
            assertEquals(Fault.INTERRUPTED, e.fault());
            assertTrue(Thread.currentThread().isInterrupted());
        } finally {
            assertTrue(Thread.interrupted());
        }
        ImageDecoder.decode(png, "x");
    }

    @Test
    void timeAndWorkAreLimited() throws Exception {
        WorkBudget late = new WorkBudget(1000, 0);
        assertTrue(assertThrows(WorkLimitException.class, () -> late.spend(1))
                .getMessage()
                .contains("too long"));
        WorkBudget few = new WorkBudget(10, Long.MAX_VALUE / 4);
        few.spend(10);
        assertThrows(WorkLimitException.class, () -> few.spend(1));
        few.declare(1, 1);
        few.spend(1);
        for (int[] size : new int[][] {{0, 1}, {1, -1}, {1 << 14, 1 << 14}, {(1 << 20) + 1, 1}}) {
            assertThrows(WorkLimitException.class, () -> few.declare(size[0], size[1]));
        }
    }

    private static byte[] largeLosslessWebp() {
        byte[] webp = Arrays.copyOf(Images.WEBP_LOSSLESS, 34);
        Arrays.fill(webp, 21, 34, (byte) 0);
        webp[4] = 34 - 8;
        webp[16] = 14;
        // 8192 x 8192 pixels.
        int sizes = 8191 | 8191 << 14;
        for (int i = 0; i < 4; i++) {
            webp[21 + i] = (byte) (sizes >> 8 * i);
        }
        return webp;
    }

    private static byte[] interlacedPng() {
        byte[] png = Images.png(8000, 8000, 8, 2, new byte[100]);
        png[28] = 1;
        byte[] header = Images.chunk("IHDR", Arrays.copyOfRange(png, 16, 29));
        System.arraycopy(header, 0, png, 8, header.length);
        return png;
    }

    private static byte[] gifOfClearCodes() {
        byte[] data = new byte[1 + 256 * 200];
        data[0] = 7;
        for (int i = 0; i < 200; i++) {
            data[1 + 256 * i] = (byte) 255;
            Arrays.fill(data, 2 + 256 * i, 257 + 256 * i, (byte) 0x80);
        }
        return gif(500, 500, data);
    }

    private static byte[] gif(int width, int height, byte[] data) {
        byte[] size = {(byte) width, (byte) (width >> 8), (byte) height, (byte) (height >> 8)};
        return Images.join(
                "GIF89a".getBytes(StandardCharsets.US_ASCII),
                size,
                new byte[] {0, 0, 0, ',', 0, 0, 0, 0},
                size,
                new byte[1],
                data);
    }

    private static byte[] progressiveJpeg() throws Exception {
        ImageWriter writer = Images.writer("jpeg");
        var bytes = new java.io.ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            writer.setOutput(out);
            writer.write(null, new IIOImage(Images.buffered(Images.gradient()), null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
