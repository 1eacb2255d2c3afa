// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

import java.util.Locale;

/** Formats numbers for people. */
public final class Units {
    private Units() {}

    /** Bytes in binary units: {@code 11.4 MiB}. */
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        String[] units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 1023.95 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** A count in decimal units: {@code 6.7 B} (billion), {@code 11.0 M}. */
    public static String count(long count) {
        if (count >= 1_000_000_000L) {
            return String.format(Locale.ROOT, "%.2f billion", count / 1e9);
        }
        if (count >= 1_000_000L) {
            return String.format(Locale.ROOT, "%.2f million", count / 1e6);
        }
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** A count as llama-bench writes it: {@code 6.74 B}, {@code 11.00 M}. */
    public static String shortCount(long count) {
        return count >= 1_000_000_000L
                ? String.format(Locale.ROOT, "%.2f B", count / 1e9)
                : String.format(Locale.ROOT, "%.2f M", count / 1e6);
    }
}
