// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import java.math.BigInteger;
import java.util.OptionalDouble;

/**
 * What pandas makes of a column: integers if all values are, floats if all are numbers and one has a fraction or is absent, booleans
 * if all are, else text. First {@link #add} all values, then {@link #convert} each.
 */
public final class PandasColumn {
    private static final BigInteger MAX_UNSIGNED = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private boolean integers = true;
    private boolean numbers = true;
    private boolean booleans = true;
    private boolean absent;
    private boolean any;

    /** Looks at a value; null if it is absent. */
    public void add(String value) {
        if (value == null) {
            absent = true;
            return;
        }
        any = true;
        if (booleans) {
            booleans = truth(value) != null;
        }
        if (numbers) {
            integers = integers && integer(value) != null;
            numbers = integers || number(value).isPresent();
        }
    }

    /** The value as pandas has it; null if it is absent. */
    public Object convert(String value) {
        if (value == null) {
            return null;
        }
        if (any && booleans) {
            return truth(value);
        }
        if (any && numbers) {
            return integers && !absent
                    ? (Object) integer(value)
                    : (Object) number(value).orElseThrow();
        }
        return value;
    }

    private static Boolean truth(String value) {
        return switch (value) {
            case "True", "TRUE", "true" -> Boolean.TRUE;
            case "False", "FALSE", "false" -> Boolean.FALSE;
            default -> null;
        };
    }

    private static OptionalDouble number(String value) {
        return PythonNumbers.parseAscii(value.strip());
    }

    private static BigInteger integer(String value) {
        String text = value.strip();
        int start = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
        if (start == text.length() || text.length() > 20) {
            return null;
        }
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return null;
            }
        }
        BigInteger number = new BigInteger(text);
        boolean fits = number.bitLength() < Long.SIZE || number.signum() > 0 && number.compareTo(MAX_UNSIGNED) <= 0;
        return fits ? number : null;
    }
}
