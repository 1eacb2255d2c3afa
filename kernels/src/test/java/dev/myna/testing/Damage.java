// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damages files at random, as bytes and as texts with values. The same random numbers do the same damage. */
public final class Damage {
    private static final Pattern VALUE = Pattern.compile("-?[0-9][0-9.eE+-]*|true|false|null|\"[^\"]{0,60}\"");
    private static final List<String> NASTY = List.of(
            "1e-999999999",
            "1e999999999",
            "-1",
            "0",
            "1",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "9".repeat(300),
            "9".repeat(2000),
            "null",
            "true",
            "\"\"",
            "\"\\ud800\"",
            "\"\\u202e\\u0000\\u001b[2J\"",
            "\"../../x\"",
            "\"" + "x".repeat(5000) + "\"",
            "[]",
            "{}",
            "[[]]",
            "[".repeat(200),
            "{\"a\":".repeat(200),
            "[null]",
            "[1,2,3]",
            "NaN");

    private Damage() {}

    /** A damaged copy. */
    public static byte[] of(byte[] valid, Random random) {
        byte[] damaged = valid;
        for (int wounds = 1 + random.nextInt(2); wounds > 0; wounds--) {
            damaged = wound(damaged, random);
        }
        return damaged;
    }

    private static byte[] wound(byte[] file, Random random) {
        if (file.length < 16) {
            return file.clone();
        }
        int at = random.nextInt(file.length - 8);
        int length = 1 + random.nextInt(Math.min(64, file.length - at));
        byte[] copy = file.clone();
        switch (random.nextInt(8)) {
            case 0 -> copy[at] = (byte) random.nextInt();
            case 1 -> {
                for (int i = 0; i < 8; i++) {
                    copy[at + i] = (byte) (random.nextBoolean() ? 0xFF : 0);
                }
            }
            case 2 -> {
                return join(file, 0, at, file, at + length, file.length); // a piece is gone
            }
            case 3 -> {
                return join(file, 0, at + length, file, at, file.length); // a piece is there twice
            }
            case 4 -> {
                return java.util.Arrays.copyOf(file, at); // cut short
            }
            default -> {
                return replaceValue(file, random);
            }
        }
        return copy;
    }

    private static byte[] replaceValue(byte[] file, Random random) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        Matcher values = VALUE.matcher(text);
        if (!values.find(random.nextInt(text.length()))) {
            return file.clone();
        }
        String nasty = NASTY.get(random.nextInt(NASTY.size()));
        return (text.substring(0, values.start()) + nasty + text.substring(values.end()))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] join(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(a, aFrom, aTo - aFrom);
        joined.write(b, bFrom, bTo - bFrom);
        return joined.toByteArray();
    }
}
