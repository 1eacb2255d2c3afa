// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A randomly damaged file is read or refused; nothing else may happen. */
class GgufFuzzTest {
    private static final long SEED = 20_260_101;
    private static final int FILES = 5_000;
    private static final long[] NASTY = {
        0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31, 1L << 32, (1L << 32) - 1, 1L << 61, 1L << 62, 64, 65_536
    };

    @Test
    @Timeout(30)
    void damagedFilesReadOrAreRefused() {
        System.out.println("GgufFuzzTest seed " + SEED);
        Random random = new Random(SEED);
        byte[] valid = GgufBytes.valid().toArray();
        int refused = 0;
        for (int i = 0; i < FILES; i++) {
            byte[] damaged = valid.clone();
            for (int wounds = 1 + random.nextInt(3); wounds > 0; wounds--) {
                damaged = damage(damaged, random);
            }
            refused += Hostile.reads(damaged) ? 0 : 1;
        }
        assertTrue(refused > FILES / 4 && refused < FILES, refused + " of " + FILES + " were refused");
    }

    private static byte[] damage(byte[] file, Random random) {
        if (file.length < 16) {
            return file;
        }
        int at = random.nextInt(file.length - 8);
        switch (random.nextInt(5)) {
            case 0 -> file[at] = (byte) random.nextInt();
            case 1 -> put(file, at, NASTY[random.nextInt(NASTY.length)], 8);
            case 2 -> put(file, at, NASTY[random.nextInt(NASTY.length)], 4);
            case 3 -> {
                return Arrays.copyOf(file, random.nextBoolean() ? at : file.length + at);
            }
            default -> System.arraycopy(file, at, file, random.nextInt(file.length - 8), 8);
        }
        return file;
    }

    private static void put(byte[] file, int at, long value, int count) {
        for (int i = 0; i < count; i++) {
            file[at + i] = (byte) (value >>> (8 * i));
        }
    }
}
