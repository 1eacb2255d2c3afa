// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Compares decoded WebP files with the PPM of the same name beside them: {@code bench/images/webp-against-dwebp}
 * makes both.
 */
public final class WebpAgainstDwebp {
    private static final class Row {
        int files;
        int exact;
        int max;
        long samples;
        long errors;
    }

    private WebpAgainstDwebp() {}

    /** @param args the folder; kinds are the names up to their first hyphen */
    public static void main(String[] args) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of(args[0]))) {
            files = all.filter(f -> f.toString().endsWith(".webp")).sorted().toList();
        }
        Map<String, Row> rows = new TreeMap<>();
        Row total = new Row();
        PrintStream out = System.out;
        for (Path file : files) {
            String name = file.getFileName().toString();
            Row row = rows.computeIfAbsent(name.substring(0, name.indexOf('-')), k -> new Row());
            byte[] webp = Files.readAllBytes(file);
            Pixels pixels = WebpDecoder.decode(webp, new WorkBudget(Long.MAX_VALUE, 60_000_000_000L));
            byte[] expected = ppm(file.resolveSibling(name.replace(".webp", ".ppm")), pixels);
            for (Row r : List.of(row, total)) {
                compare(r, expected, pixels.rgb());
            }
            if (!Arrays.equals(expected, pixels.rgb())) {
                out.println("differs: " + name);
            }
        }
        rows.put("total", total);
        out.println("| kind | files | exact | max error | mean error |\n|---|---|---|---|---|");
        rows.forEach((kind, r) -> out.printf(
                "| %s | %d | %d | %d | %.4f |%n", kind, r.files, r.exact, r.max, (double) r.errors / r.samples));
        if (total.files == 0 || total.exact != total.files) {
            System.exit(1);
        }
    }

    private static void compare(Row row, byte[] expected, byte[] actual) {
        int max = 0;
        for (int i = 0; i < expected.length; i++) {
            int error = Math.abs((expected[i] & 0xff) - (actual[i] & 0xff));
            max = Math.max(max, error);
            row.errors += error;
        }
        row.files++;
        row.exact += max == 0 ? 1 : 0;
        row.max = Math.max(row.max, max);
        row.samples += expected.length;
    }

    /** The samples of a PPM file that has the same size. */
    private static byte[] ppm(Path file, Pixels pixels) throws IOException {
        byte[] ppm = Files.readAllBytes(file);
        String header = "P6\n" + pixels.width() + " " + pixels.height() + "\n255\n";
        if (!new String(ppm, 0, Math.min(ppm.length, header.length()), StandardCharsets.US_ASCII).equals(header)) {
            throw new IOException(file + ": not a PPM of " + pixels.width() + "x" + pixels.height());
        }
        return Arrays.copyOfRange(ppm, header.length(), ppm.length);
    }
}
