// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged files of both kinds are read or refused; nothing else may happen. */
class HfFuzzTest {
    private static final long SEED = 20_261_125;
    private static final int FILES = 5_000;
    private static final long[] NASTY = {
        0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31, 1L << 32, (1L << 32) - 1, 1L << 61, 1L << 62, 64, 65_535
    };

    @Test
    void everyTruncationIsRefused() {
        for (Kind kind : kinds()) {
            byte[] valid = kind.valid();
            assertTrue(Hostile.reads(valid, kind.reader()));
            for (int length = 0; length < valid.length; length++) {
                assertFalse(Hostile.reads(Arrays.copyOf(valid, length), kind.reader()));
            }
        }
    }

    /** All single-bit flips, which random damage seldom finds. */
    @Test
    @Timeout(60)
    void everyFlippedBitReadsOrIsRefused() {
        for (Kind kind : kinds()) {
            byte[] damaged = kind.valid().clone();
            for (int bit = 0; bit < damaged.length * 8; bit++) {
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                Hostile.reads(damaged, kind.reader());
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
            }
        }
    }

    @Test
    @Timeout(60)
    void damagedFilesReadOrAreRefused() {
        System.out.println("HfFuzzTest seed " + SEED);
        Random random = new Random(SEED);
        for (Kind kind : kinds()) {
            int refused = 0;
            for (int i = 0; i < FILES; i++) {
                byte[] damaged = kind.valid().clone();
                for (int wounds = 1 + random.nextInt(3); wounds > 0; wounds--) {
                    damage(damaged, random);
                }
                refused += Hostile.reads(damaged, kind.reader()) ? 0 : 1;
            }
            assertTrue(refused > FILES / 4 && refused < FILES, refused + " of " + FILES + " were refused");
        }
    }

    private static void damage(byte[] file, Random random) {
        int at = random.nextInt(file.length - 8);
        switch (random.nextInt(4)) {
            case 0 -> file[at] = (byte) random.nextInt();
            case 1 -> put(file, at, NASTY[random.nextInt(NASTY.length)], 8);
            case 2 -> put(file, at, NASTY[random.nextInt(NASTY.length)], 4);
            default -> System.arraycopy(file, at, file, random.nextInt(file.length - 8), 8);
        }
    }

    private static void put(byte[] file, int at, long value, int count) {
        for (int i = 0; i < count; i++) {
            file[at + i] = (byte) (value >>> (8 * i));
        }
    }

    /** A small valid file of every kind, with its reader. */
    private static List<Kind> kinds() {
        String header =
                "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[16,22]}}";
        byte[] pickle = Pickle.dictionary()
                .tensor("a", "FloatStorage", "0", 6, 0, new int[] {2, 3}, new int[] {3, 1})
                .tensor("b", "FloatStorage", "0", 6, 1, new int[] {2, 2}, new int[] {1, 2})
                .tensor("c", "LongStorage", "1", 1, 0, new int[0], new int[0])
                .finish();
        byte[][] storages = {new byte[24], new byte[8]};
        return List.of(
                new Kind(Bytes.safetensors(header, new byte[22]), SafetensorsFile::read),
                new Kind(Pickle.file(pickle, storages), PyTorchFile::read),
                new Kind(Pickle.zip(pickle, storages).wide().toArray(), PyTorchFile::read));
    }

    private record Kind(byte[] valid, Function<MappedFile, Checkpoint> reader) {}
}
