// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import java.util.Locale;
import java.util.Map;

/** Values of {@code results.json}, and how they are shown. */
final class Numbers {
    private Numbers() {}

    /** A number of an object; NaN if it is absent or null. */
    static double of(Map<?, ?> map, String name) {
        return map.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /** An object of an object; empty if it is absent. */
    static Map<?, ?> map(Map<?, ?> map, String name) {
        return map.get(name) instanceof Map<?, ?> inner ? inner : Map.of();
    }

    /** A text of an object; empty if it is absent. */
    static String text(Map<?, ?> map, String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    /** With one digit after the point; a dash for NaN. */
    static String score(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.1f", value);
    }

    /** A count; a dash for NaN. */
    static String count(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%,d", Math.round(value));
    }

    /** A coordinate. */
    static String at(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
