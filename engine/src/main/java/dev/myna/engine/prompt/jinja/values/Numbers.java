// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;

/** Python's arithmetic: integers and floats differ, truth values are integers, division and remainder round down. */
public final class Numbers {
    private Numbers() {}

    public static boolean isNumber(Object value) {
        return value instanceof Value.Int || value instanceof Value.Real || value instanceof Value.Bool;
    }

    public static boolean isInteger(Object value) {
        return value instanceof Value.Int || value instanceof Value.Bool;
    }

    public static long integer(Object value) {
        return value instanceof Value.Bool bool ? (bool.value() ? 1 : 0) : ((Value.Int) value).value();
    }

    public static double real(Object value) {
        return value instanceof Value.Real real ? real.value() : integer(value);
    }

    static boolean equal(Object a, Object b) {
        if (!isNumber(b)) {
            return false;
        }
        return isInteger(a) && isInteger(b) ? integer(a) == integer(b) : real(a) == real(b);
    }

    static int hash(Object value) {
        return Double.hashCode(real(value) + 0.0);
    }

    static int compare(Value a, Value b) {
        return isInteger(a) && isInteger(b)
                ? Long.compare(integer(a), integer(b))
                : real(a) < real(b) ? -1 : real(a) == real(b) ? 0 : 1;
    }

    public static Value add(Value a, Value b) {
        return isInteger(a) && isInteger(b)
                ? exact(() -> Math.addExact(integer(a), integer(b)))
                : new Value.Real(real(a) + real(b));
    }

    static Value subtract(Value a, Value b) {
        return isInteger(a) && isInteger(b)
                ? exact(() -> Math.subtractExact(integer(a), integer(b)))
                : new Value.Real(real(a) - real(b));
    }

    static Value multiply(Value a, Value b) {
        return isInteger(a) && isInteger(b)
                ? exact(() -> Math.multiplyExact(integer(a), integer(b)))
                : new Value.Real(real(a) * real(b));
    }

    public static Value negate(Value a) {
        return isInteger(a) ? exact(() -> Math.negateExact(integer(a))) : new Value.Real(-real(a));
    }

    static Value divide(Value a, Value b) {
        requireNonZero(b);
        return new Value.Real(real(a) / real(b));
    }

    static Value floorDivide(Value a, Value b) {
        requireNonZero(b);
        return isInteger(a) && isInteger(b)
                ? exact(() -> Math.floorDivExact(integer(a), integer(b)))
                : new Value.Real(Math.floor(real(a) / real(b)));
    }

    public static Value remainder(Value a, Value b) {
        requireNonZero(b);
        if (isInteger(a) && isInteger(b)) {
            return Value.of(Math.floorMod(integer(a), integer(b)));
        }
        double remainder = real(a) % real(b);
        return new Value.Real(remainder != 0 && remainder < 0 != real(b) < 0 ? remainder + real(b) : remainder);
    }

    private static void requireNonZero(Value value) {
        if (real(value) == 0) {
            throw new TemplateException(Kind.TYPE, -1, "division by zero");
        }
    }

    private interface Exact {
        long compute();
    }

    private static Value exact(Exact operation) {
        try {
            return Value.of(operation.compute());
        } catch (ArithmeticException e) {
            throw Meter.limit("an integer does not fit into 64 bits");
        }
    }
}
