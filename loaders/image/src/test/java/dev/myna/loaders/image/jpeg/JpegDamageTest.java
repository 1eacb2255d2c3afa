// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import static dev.myna.loaders.image.jpeg.Jpegs.FLAT_TABLES;
import static dev.myna.loaders.image.jpeg.Jpegs.bytes;
import static dev.myna.loaders.image.jpeg.Jpegs.decode;
import static dev.myna.loaders.image.jpeg.Jpegs.end;
import static dev.myna.loaders.image.jpeg.Jpegs.endOfScan;
import static dev.myna.loaders.image.jpeg.Jpegs.filled;
import static dev.myna.loaders.image.jpeg.Jpegs.find;
import static dev.myna.loaders.image.jpeg.Jpegs.gray;
import static dev.myna.loaders.image.jpeg.Jpegs.insert;
import static dev.myna.loaders.image.jpeg.Jpegs.join;
import static dev.myna.loaders.image.jpeg.Jpegs.remove;
import static dev.myna.loaders.image.jpeg.Jpegs.sample;
import static dev.myna.loaders.image.jpeg.Jpegs.scan;
import static dev.myna.loaders.image.jpeg.Jpegs.segment;
import static dev.myna.loaders.image.jpeg.Jpegs.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.UnsupportedImageException;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.codec.WorkLimitException;
import dev.myna.loaders.image.jpeg.segments.Marker;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Files that are cut, damaged or hostile: each ends in an image or a typed exception, in bounded time and memory. */
class JpegDamageTest {
    private static final Duration HANG = Duration.ofSeconds(20);

    // Cut files.

    @Test
    void cutsOfHuffmanCodedFilesAreAnEarlyEnd() {
        for (Jpegs.Sample sample : Jpegs.samples()) {
            if (sample.name().startsWith("arithmetic")) {
                continue;
            }
            byte[] jpeg = sample.jpeg();
            int step = List.of("baseline-2x2", "progressive", "restart-1-mcu").contains(sample.name()) ? 1 : 11;
            for (int length = 2; length < jpeg.length - 2; length += step) {
                byte[] cut = Arrays.copyOf(jpeg, length);
                assertThrows(EOFException.class, () -> decode(cut), sample + " cut to " + length);
            }
        }
    }

    /** An arithmetic coder leaves out zeros at the end of its data, so a cut just before it is not always seen. */
    @Test
    void nearlyAllCutsOfArithmeticCodedFilesAreErrors() {
        int errors = 0;
        int cuts = 0;
        for (String name : List.of("arithmetic", "arithmetic-progressive", "arithmetic-gray-restart")) {
            byte[] jpeg = sample(name);
            for (int length = 2; length < jpeg.length - 2; length++) {
                cuts++;
                try {
                    decode(Arrays.copyOf(jpeg, length));
                } catch (IOException e) {
                    errors++;
                }
            }
        }
        assertTrue(errors > cuts - 20, errors + " of " + cuts);
    }

    @Test
    void endMarkerBehindHalfTheCodesIsAnEarlyEnd() {
        for (String name : List.of("baseline-2x2", "gray", "restart-1-mcu", "progressive", "component-by-component")) {
            byte[] jpeg = sample(name);
            int codes = find(jpeg, Marker.SOS, 0) + 14;
            byte[] cut = join(Arrays.copyOf(jpeg, (codes + endOfScan(jpeg, 0)) / 2), end());
            assertThrows(EOFException.class, () -> decode(cut), name);
        }
    }

    @Test
    void cutBetweenScansIsAnEarlyEnd() {
        byte[] jpeg = sample("progressive-many-scans");
        for (int scan = 1; scan < 11; scan++) {
            byte[] cut = Arrays.copyOf(jpeg, find(jpeg, Marker.SOS, scan));
            EOFException e = assertThrows(EOFException.class, () -> decode(cut));
            assertEquals("the JPEG data end after " + scan + " scans, before the last one", e.getMessage());
        }
    }

    @Test
    void imageWithoutOneOfItsComponentsIsAnEarlyEnd() {
        byte[] jpeg = sample("component-by-component");
        byte[] two = join(Arrays.copyOf(jpeg, find(jpeg, Marker.SOS, 2)), end());
        EOFException e = assertThrows(EOFException.class, () -> decode(two));
        assertEquals("the JPEG data end after 2 scans, without component 3", e.getMessage());
    }

    @Test
    void messageSaysHowMuchWasDecoded() {
        // 100 rows of 10 blocks of two bits: 250 bytes. Half of them are 50 rows.
        byte[] cut = gray(Marker.SOF0, 80, 800, FLAT_TABLES, scan(0, 63, 0, 0), filled(125, 0), end(), filled(200, 0));
        EOFException e = assertThrows(EOFException.class, () -> decode(cut));
        assertEquals("the JPEG data end after 50 of 100 block rows", e.getMessage());
    }

    @Test
    void messageNamesTheScanThatIsCut() {
        byte[] jpeg = sample("progressive");
        byte[] cut = Arrays.copyOf(jpeg, find(jpeg, Marker.SOS, 3) + 12);
        EOFException e = assertThrows(EOFException.class, () -> decode(cut));
        assertTrue(e.getMessage().startsWith("the JPEG data end in scan 4 after "), e.getMessage());
    }

    // Damaged codes.

    @Test
    void missingCodeNamesItsOffset() {
        byte[] head = gray(Marker.SOF0, 80, 8, FLAT_TABLES, scan(0, 63, 0, 0));
        byte[] jpeg = join(head, bytes(0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0), end());
        DamagedImageException e = assertThrows(DamagedImageException.class, () -> decode(jpeg));
        assertEquals("at byte " + (head.length + 1) + ": no such Huffman code", e.getMessage());
    }

    @Test
    void wrongRestartMarkerNamesItsOffset() {
        byte[] jpeg = sample("restart-1-mcu");
        int at = find(jpeg, Marker.RST0 + 1, 0);
        DamagedImageException e =
                assertThrows(DamagedImageException.class, () -> decode(set(jpeg, at + 1, Marker.RST0 + 2)));
        assertEquals("at byte " + at + ": restart marker 1 is missing", e.getMessage());
        assertThrows(DamagedImageException.class, () -> decode(remove(jpeg, at, 2)));
    }

    @Test
    void blockOfTooManyCoefficientsIsDamaged() {
        // AC: bit 0 is a run of 15 zeros and a value of one bit; five of them pass the end of a block.
        byte[] tables = segment(
                Marker.DHT, bytes(0x00, 1), filled(15, 0), bytes(0), bytes(0x10, 1), filled(15, 0), bytes(0xf1));
        byte[] jpeg = join(gray(Marker.SOF0, 8, 8, tables, scan(0, 63, 0, 0), filled(9, 0)), end());
        assertMessage(DamagedImageException.class, "a block of more than 64 coefficients", jpeg);
    }

    @Test
    void newCoefficientOfARefiningScanHasOneBit() {
        byte[] dc = segment(Marker.DHT, bytes(0x00, 1), filled(15, 0), bytes(0));
        byte[] ac = segment(Marker.DHT, bytes(0x10, 1), filled(15, 0), bytes(0x02));
        byte[] jpeg = join(
                gray(Marker.SOF2, 8, 8, dc, ac, scan(0, 0, 0, 0), bytes(0), scan(1, 63, 1, 0), filled(9, 0)), end());
        assertMessage(DamagedImageException.class, "a new coefficient of 2 bits", jpeg);
    }

    @Test
    void coefficientBehindTheBandIsDamaged() {
        byte[] dc = segment(Marker.DHT, bytes(0x00, 1), filled(15, 0), bytes(0));
        byte[] ac = segment(Marker.DHT, bytes(0x10, 1), filled(15, 0), bytes(0x71));
        for (int high : new int[] {0, 1}) {
            byte[] jpeg = join(
                    gray(Marker.SOF2, 8, 8, dc, ac, scan(0, 0, 0, 0), bytes(0), scan(1, 6, high, 0), filled(9, 0)),
                    end());
            assertMessage(DamagedImageException.class, "a coefficient behind the scan's last", jpeg);
        }
    }

    // Headers.

    @TestFactory
    Stream<DynamicTest> headersThatMakeNoSense() {
        byte[] good = join(gray(Marker.SOF0, 8, 8, FLAT_TABLES, scan(0, 63, 0, 0), bytes(0)), end());
        byte[] color = sample("baseline-2x2");
        int frame = find(good, Marker.SOF0, 0) + 4;
        int scan = find(good, Marker.SOS, 0) + 4;
        int tables = find(good, Marker.DHT, 0) + 4;
        int colorFrame = find(color, Marker.SOF0, 0) + 4;
        int colorScan = find(color, Marker.SOS, 0) + 4;
        byte[] progressive = set(good, frame - 3, Marker.SOF2);
        Map<String, byte[]> cases = new LinkedHashMap<>();
        cases.put("no start of image", set(good, 1, 0xd9));
        cases.put("the image has no size: 0x8", set(good, frame + 3, 0, 0));
        cases.put("the image has no size: 8x0", set(good, frame + 1, 0, 0));
        cases.put("0 components in 3 bytes", set(good, frame + 5, 0));
        cases.put("9 components in 3 bytes", set(good, frame + 5, 9));
        cases.put("2 components in 9 bytes", set(color, colorFrame + 5, 2));
        cases.put("component 1 has factors 0x1, table 0", set(good, frame + 7, 0x01));
        cases.put("component 1 has factors 1x5, table 0", set(good, frame + 7, 0x15));
        cases.put("component 1 has factors 1x1, table 4", set(good, frame + 8, 4));
        cases.put("a second frame header", insert(good, scan - 4, Arrays.copyOfRange(good, frame - 4, frame + 9)));
        cases.put("a scan before the frame header", remove(good, frame - 4, 13));
        cases.put("a scan of 0 components", set(good, scan, 0));
        cases.put("a scan of 2 components", set(good, scan, 2));
        cases.put("a scan of component 9, which the frame does not have", set(good, scan + 1, 9));
        cases.put("a scan of component 1, which the frame does not have", set(color, colorScan + 3, 1));
        cases.put("a scan with tables 4 and 0", set(good, scan + 2, 0x40));
        cases.put("no Huffman table 3 before the scan", set(good, scan + 2, 0x03));
        cases.put("no quantization table 3 before the scan", set(good, frame + 8, 3));
        cases.put("quantization table 4", set(good, 6, 4));
        cases.put("quantization table 32", set(good, 6, 0x20));
        cases.put("Huffman table 4", set(good, tables, 4));
        cases.put("Huffman table 32", set(good, tables, 0x20));
        cases.put("a Huffman table of 257 codes", set(good, tables + 15, 255, 1));
        cases.put("a Huffman table has too many codes of 1 bits", set(good, tables + 1, 3));
        cases.put("Huffman table 0 is not one for DC coefficients", set(good, tables + 17, 16));
        cases.put("a segment's length is 1", set(good, tables - 2, 0, 1));
        cases.put("a segment is too short", set(good, tables - 2, 0, 12));
        cases.put("a progressive scan of 0 to 63, bits 0 to 0", progressive);
        cases.put("a progressive scan of 6 to 5, bits 0 to 0", set(progressive, scan + 3, 6, 5));
        cases.put("a progressive scan of 1 to 64, bits 0 to 0", set(progressive, scan + 3, 1, 64));
        cases.put("a progressive scan of 1 to 5, bits 0 to 14", set(progressive, scan + 3, 1, 5, 14));
        cases.put("a progressive scan of 1 to 5, bits 3 to 1", set(progressive, scan + 3, 1, 5, 0x31));
        cases.put("arithmetic conditioning 0: 18", insert(good, scan - 4, segment(Marker.DAC, bytes(0, 0x12))));
        cases.put("arithmetic conditioning 16: 0", insert(good, scan - 4, segment(Marker.DAC, bytes(16, 0))));
        return cases.entrySet().stream()
                .map(c -> DynamicTest.dynamicTest(
                        c.getKey(), () -> assertMessage(DamagedImageException.class, c.getKey(), c.getValue())));
    }

    @Test
    void unalteredHeaderIsFine() throws IOException {
        decode(join(gray(Marker.SOF0, 8, 8, FLAT_TABLES, scan(0, 63, 0, 0), bytes(0)), end()));
    }

    @Test
    void secondScanOfAComponentIsDamaged() {
        byte[] jpeg = sample("component-by-component");
        int end = endOfScan(jpeg, 0);
        byte[] first = Arrays.copyOfRange(jpeg, find(jpeg, Marker.SOS, 0), end);
        assertMessage(DamagedImageException.class, "a second scan of component 1", insert(jpeg, end, first));
    }

    @Test
    void unsupportedProcessesAreNamed() {
        byte[] jpeg = join(gray(Marker.SOF0, 8, 8, FLAT_TABLES, scan(0, 63, 0, 0), bytes(0)), end());
        int frame = find(jpeg, Marker.SOF0, 0);
        assertMessage(UnsupportedImageException.class, "12 bits in a sample", set(jpeg, frame + 4, 12));
        for (int marker : new int[] {0xc3, 0xcb}) {
            assertMessage(UnsupportedImageException.class, "lossless coding", set(jpeg, frame + 1, marker));
        }
        for (int marker : new int[] {0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf, Marker.DHP}) {
            assertMessage(UnsupportedImageException.class, "hierarchical coding", set(jpeg, frame + 1, marker));
        }
        byte[] two = segment(Marker.SOF0, bytes(8, 0, 8, 0, 8, 2, 1, 0x11, 0, 2, 0x11, 0));
        assertMessage(UnsupportedImageException.class, "2 components", insert(jpeg, frame, two));
    }

    // Work and memory.

    @Test
    void declaredSizeNeedsBytes() {
        byte[] flat = join(FLAT_TABLES, filled(200, 0));
        for (int marker : new int[] {Marker.SOF0, Marker.SOF2, Marker.SOF9, Marker.SOF10}) {
            boolean progressive = marker == Marker.SOF2 || marker == Marker.SOF10;
            byte[] jpeg = gray(marker, 8192, 8192, flat, scan(0, progressive ? 0 : 63, 0, 0), filled(300, 0), end());
            // A thousand times 192 MiB would take minutes.
            bounded(() -> {
                for (int i = 0; i < 1000; i++) {
                    EOFException e = assertThrows(EOFException.class, () -> decode(jpeg));
                    assertTrue(e.getMessage().contains("early: 8192x8192 pixels take at least"), e.getMessage());
                }
            });
        }
    }

    @Test
    void sizeIsCheckedAgainstTheLimitOfAllImages() {
        byte[] jpeg = gray(Marker.SOF0, 65535, 65535, FLAT_TABLES, scan(0, 63, 0, 0), filled(300, 0), end());
        assertThrows(WorkLimitException.class, () -> decode(jpeg));
    }

    @Test
    void hundredsOfScansOverMissingBlocksEndAtOnce() {
        byte[] dc = segment(Marker.DHT, bytes(0x00, 1), filled(15, 0), bytes(0));
        List<byte[]> parts = new ArrayList<>(List.of(dc));
        for (int i = 0; i < 480; i++) {
            parts.add(scan(0, 0, 0, 0));
            parts.add(bytes(0));
        }
        byte[] jpeg = join(gray(Marker.SOF2, 8000, 8000, parts.toArray(byte[][]::new)), end());
        bounded(() -> assertThrows(EOFException.class, () -> decode(jpeg)));
    }

    /** Each scan of some bytes visits each block: the budget ends it. */
    @Test
    void hundredsOfCompleteScansSpendTheBudget() {
        byte[] jpeg = refinedOver(2000, 490);
        assertTrue(jpeg.length < 32_000, "bytes: " + jpeg.length);
        bounded(() -> assertThrows(WorkLimitException.class, () -> decode(jpeg)));
    }

    @Test
    void fewScansOfTheSameKindAreAnImage() {
        bounded(() -> decode(refinedOver(2000, 20)));
    }

    @Test
    void moreThanFiveHundredScansAreRefused() {
        assertMessage(WorkLimitException.class, "more than 500 scans", refinedOver(8, 501));
    }

    /** One gray block has a coefficient, so that each refining scan must look at all of them; whose codes end in runs. */
    private static byte[] refinedOver(int side, int scans) {
        int blocks = Math.ceilDiv(side, 8) * Math.ceilDiv(side, 8);
        byte[] dc = segment(Marker.DHT, bytes(0x00, 1), filled(15, 0), bytes(0));
        // AC codes: 00 is a coefficient of one bit, 01 ends the band, 10 ends 16384 and more of them.
        byte[] ac = segment(Marker.DHT, bytes(0x10, 0, 3), filled(14, 0), bytes(0x01, 0x00, 0xe0));
        List<byte[]> parts = new ArrayList<>(List.of(dc, ac, scan(0, 0, 0, 0), filled(Math.ceilDiv(blocks, 8), 0)));
        // 00 and a positive sign; then runs of 16384 blocks: 10 and fourteen zeros; too many for the last run.
        String first = "001";
        String runs = "1000000000000000".repeat(Math.ceilDiv(blocks, 16384));
        parts.add(scan(1, 63, 0, 1));
        parts.add(packed(first + runs));
        for (int i = 0; i < scans - 2; i++) {
            parts.add(scan(1, 63, 1, 0));
            // A run, and the coefficient's bit of 0 behind its first code.
            parts.add(packed("1000000000000000" + "0" + "1000000000000000".repeat(Math.ceilDiv(blocks, 16384) - 1)));
        }
        return join(gray(Marker.SOF2, side, side, parts.toArray(byte[][]::new)), end());
    }

    private static byte[] packed(String bits) {
        byte[] packed = filled(Math.ceilDiv(bits.length(), 8), 0);
        for (int i = 0; i < bits.length(); i++) {
            packed[i / 8] |= (byte) (bits.charAt(i) - '0' << 7 - i % 8);
        }
        return packed;
    }

    @Test
    void budgetStopsDecoding() {
        for (String name : List.of("baseline-2x2", "component-by-component", "progressive", "arithmetic")) {
            byte[] jpeg = sample(name);
            // The declared size adds to this budget.
            WorkBudget empty = new WorkBudget(-48L * 35 * 21 + 100, Long.MAX_VALUE / 4);
            assertThrows(WorkLimitException.class, () -> JpegDecoder.decode(jpeg, empty), name);
        }
    }

    @Test
    void interruptStopsDecoding() {
        for (String name : List.of("baseline-2x2", "component-by-component", "progressive", "arithmetic")) {
            byte[] jpeg = sample(name);
            Thread.currentThread().interrupt();
            try {
                assertThrows(InterruptedIOException.class, () -> decode(jpeg), name);
            } finally {
                assertTrue(Thread.interrupted(), "the status stays set");
            }
        }
    }

    // Mutations.

    @Test
    void mutationsEndInAnImageOrAnIoException() {
        long seed = 23;
        Random random = new Random(seed);
        List<Jpegs.Sample> samples = Jpegs.samples();
        bounded(() -> {
            for (int i = 0; i < 4000; i++) {
                Jpegs.Sample sample = samples.get(random.nextInt(samples.size()));
                byte[] jpeg = sample.jpeg().clone();
                for (int changes = random.nextInt(3); changes >= 0; changes--) {
                    jpeg[2 + random.nextInt(jpeg.length - 2)] = (byte) random.nextInt(256);
                }
                try {
                    decode(jpeg);
                } catch (IOException e) {
                    assertTrue(e.getMessage().length() > 10, e::toString);
                } catch (RuntimeException | Error e) {
                    fail("seed " + seed + ", mutation " + i + " of " + sample, e);
                }
            }
        });
    }

    private static void bounded(Executable decoding) {
        assertTimeoutPreemptively(HANG, decoding);
    }

    private static void assertMessage(Class<? extends IOException> type, String part, byte[] jpeg) {
        IOException e = assertThrows(type, () -> decode(jpeg), part);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
