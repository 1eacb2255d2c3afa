// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalDouble;

/** Numbers as Python reads and prints them: published scores depend on it. */
public final class PythonNumbers {
    private static final int MAX_PLAIN_EXPONENT = 16;
    private static final int MIN_PLAIN_EXPONENT = -4;

    private PythonNumbers() {}

    /**
     * What Python's {@code float()} makes of a text: white space around, decimal digits of any script, single underscores between
     * digits, {@code nan}, {@code inf} and {@code infinity} in any case.
     *
     * @return empty if it refuses the text
     */
    public static OptionalDouble parse(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        int[] points = PythonText.strip(text).codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            int point = points[i];
            if (point == '_') {
                boolean between = i > 0 && i + 1 < points.length && isDigit(points[i - 1]) && isDigit(points[i + 1]);
                if (!between) {
                    return OptionalDouble.empty();
                }
            } else if (isDigit(point)) {
                plain.append((char) ('0' + Character.digit(point, 10)));
            } else if (point < 0x80) {
                plain.append((char) point);
            } else {
                return OptionalDouble.empty();
            }
        }
        return parseAscii(plain.toString());
    }

    /** As {@link #parse} for ASCII without white space and underscores. */
    static OptionalDouble parseAscii(String text) {
        int at = 0;
        boolean negative = false;
        if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
            negative = text.charAt(at) == '-';
            at++;
        }
        String rest = text.substring(at);
        if (rest.equalsIgnoreCase("inf") || rest.equalsIgnoreCase("infinity")) {
            return OptionalDouble.of(negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        }
        if (rest.equalsIgnoreCase("nan")) {
            return OptionalDouble.of(Double.NaN);
        }
        int digits = 0;
        int i = 0;
        while (i < rest.length() && isAsciiDigit(rest.charAt(i))) {
            i++;
            digits++;
        }
        if (i < rest.length() && rest.charAt(i) == '.') {
            i++;
            while (i < rest.length() && isAsciiDigit(rest.charAt(i))) {
                i++;
                digits++;
            }
        }
        if (digits == 0) {
            return OptionalDouble.empty();
        }
        if (i < rest.length() && (rest.charAt(i) == 'e' || rest.charAt(i) == 'E')) {
            i++;
            if (i < rest.length() && (rest.charAt(i) == '+' || rest.charAt(i) == '-')) {
                i++;
            }
            int start = i;
            while (i < rest.length() && isAsciiDigit(rest.charAt(i))) {
                i++;
            }
            if (i == start) {
                return OptionalDouble.empty();
            }
        }
        return i == rest.length() ? OptionalDouble.of(Double.parseDouble(text)) : OptionalDouble.empty();
    }

    /** Python's {@code str} of a value of a row. */
    public static String text(Object value) {
        return switch (value) {
            case Double number -> repr(number);
            case Boolean truth -> truth ? "True" : "False";
            default -> value.toString();
        };
    }

    /** Python's {@code repr} of a float: the shortest digits that give it back, with a fraction or an exponent. */
    public static String repr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= MIN_PLAIN_EXPONENT && exponent < MAX_PLAIN_EXPONENT) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = shortest.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String size = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : Integer.toString(Math.abs(exponent));
        return (value < 0 ? "-" : "") + mantissa + "e" + (exponent < 0 ? "-" : "+") + size;
    }

    /** Rounds half to even on the exact binary value, as Python's {@code round} does. */
    public static double round(double value, int decimals) {
        if (!Double.isFinite(value)) {
            return value;
        }
        double rounded =
                new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).doubleValue();
        return Math.copySign(rounded, value);
    }

    private static boolean isDigit(int point) {
        return Character.getType(point) == Character.DECIMAL_DIGIT_NUMBER;
    }

    private static boolean isAsciiDigit(char character) {
        return character >= '0' && character <= '9';
    }
}
