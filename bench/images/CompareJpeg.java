// SPDX-License-Identifier: Apache-2.0

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.jpeg.JpegDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Decodes every NAME.jpg of a folder and compares it with NAME.ppm (binary, 8 bits), byte by byte. */
public final class CompareJpeg {
    private CompareJpeg() {}

    public static void main(String[] args) throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(Path.of(args[0]))) {
            files = list.filter(f -> f.toString().endsWith(".jpg")).sorted().toList();
        }
        int different = 0;
        for (Path file : files) {
            String verdict = compare(file);
            if (verdict != null) {
                different++;
                System.out.println(file.getFileName() + ": " + verdict);
            }
        }
        System.out.printf(Locale.ROOT, "%d images, %d different%n", files.size(), different);
        System.exit(different == 0 ? 0 : 1);
    }

    private static String compare(Path file) throws IOException {
        byte[] ppm = Files.readAllBytes(Path.of(file.toString().replaceAll("jpg$", "ppm")));
        Pixels pixels;
        try {
            pixels = JpegDecoder.decode(Files.readAllBytes(file), new WorkBudget(1L << 40, 600_000_000_000L));
        } catch (IOException | RuntimeException e) {
            return e.toString();
        }
        String header = "P6\n" + pixels.width() + " " + pixels.height() + "\n255\n";
        int offset = header.length();
        if (ppm.length != offset + pixels.rgb().length) {
            return "another size than " + pixels.width() + "x" + pixels.height();
        }
        int count = 0;
        int worst = 0;
        int first = -1;
        for (int i = 0; i < pixels.rgb().length; i++) {
            int difference = Math.abs((ppm[offset + i] & 0xff) - (pixels.rgb()[i] & 0xff));
            if (difference != 0) {
                count++;
                worst = Math.max(worst, difference);
                first = first < 0 ? i : first;
            }
        }
        return count == 0
                ? null
                : String.format(
                        Locale.ROOT,
                        "%d of %d bytes differ by up to %d, first at x=%d y=%d",
                        count,
                        pixels.rgb().length,
                        worst,
                        first / 3 % pixels.width(),
                        first / 3 / pixels.width());
    }
}
