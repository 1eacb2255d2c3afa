// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.grammar.rules.RulePart;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** Numbers between bounds: integers between any, others between whole ones. */
final class NumberSchema {
    /** Beyond the digits of an unbounded number. */
    private static final long HUGE = 10_000_000_000_000_000L;

    private static final BigDecimal MOST = BigDecimal.valueOf(HUGE);

    /** A bound and whether it is a value itself. */
    private record Bound(BigDecimal value, boolean exclusive, String keyword) {}

    private NumberSchema() {}

    static RulePart node(Schema schema, boolean integer) {
        Bound low = bound(schema, "minimum", "exclusiveMinimum", 1);
        Bound high = bound(schema, "maximum", "exclusiveMaximum", -1);
        if (low == null && high == null) {
            return integer ? JsonText.INTEGER : JsonText.NUMBER;
        }
        RulePart node = integer ? integers(low, high) : numbers(schema, low, high);
        if (node == null) {
            throw schema.error((high == null ? low : high).keyword(), "no number is between the bounds");
        }
        return node;
    }

    /** The tighter of two bounds; {@code sign} 1 if the larger is. */
    private static Bound bound(Schema schema, String inclusive, String exclusive, int sign) {
        BigDecimal a = limited(schema, inclusive);
        BigDecimal b = limited(schema, exclusive);
        if (b != null && (a == null || (sign > 0 ? b.compareTo(a) : a.compareTo(b)) >= 0)) {
            return new Bound(b, true, exclusive);
        }
        return a == null ? null : new Bound(a, false, inclusive);
    }

    private static BigDecimal limited(Schema schema, String keyword) {
        BigDecimal value = schema.number(keyword);
        if (value != null && value.abs().compareTo(MOST) >= 0) {
            throw schema.error(keyword, "bounds of " + HUGE + " and more are not supported");
        }
        return value;
    }

    private static RulePart integers(Bound low, Bound high) {
        long from = -HUGE + 1;
        long to = HUGE - 1;
        if (low != null) {
            from = -floor(low.value().negate());
            from += low.exclusive() && isWhole(low.value()) ? 1 : 0;
        }
        if (high != null) {
            to = floor(high.value());
            to -= high.exclusive() && isWhole(high.value()) ? 1 : 0;
        }
        List<RulePart> options = new ArrayList<>();
        if (to >= 0 && from <= to) {
            options.add(DigitRange.node(Math.max(from, 0), to));
        }
        if (from < 0 && from <= to) {
            options.add(RulePart.sequence(RulePart.text("-"), DigitRange.node(Math.max(1, -to), -from)));
        }
        return options.isEmpty() ? null : RulePart.choice(options);
    }

    /** The largest integer that is not larger. A tiny number has an exponent that nothing may expand. */
    private static long floor(BigDecimal value) {
        if ((long) value.precision() - value.scale() <= 0) {
            return value.signum() < 0 ? -1 : 0;
        }
        return value.setScale(0, RoundingMode.FLOOR).longValueExact();
    }

    private static boolean isWhole(BigDecimal value) {
        return value.stripTrailingZeros().scale() <= 0;
    }

    private static RulePart numbers(Schema schema, Bound low, Bound high) {
        for (Bound bound : new Bound[] {low, high}) {
            if (bound != null && !isWhole(bound.value())) {
                throw schema.error(
                        bound.keyword(), "bounds of numbers must be whole; others are supported for integers only");
            }
        }
        Bound from = low == null ? new Bound(MOST.negate(), true, "minimum") : low;
        Bound to = high == null ? new Bound(MOST, true, "maximum") : high;
        List<RulePart> options = new ArrayList<>();
        if (to.value().signum() >= 0) {
            boolean belowZero = from.value().signum() < 0;
            magnitudes(
                    belowZero ? 0 : from.value().longValueExact(),
                    !belowZero && from.exclusive(),
                    to.value().longValueExact(),
                    to.exclusive(),
                    "",
                    options);
        }
        if (from.value().signum() < 0) {
            boolean aboveZero = to.value().signum() >= 0;
            magnitudes(
                    aboveZero ? 0 : -to.value().longValueExact(),
                    aboveZero || to.exclusive(),
                    -from.value().longValueExact(),
                    from.exclusive(),
                    "-",
                    options);
        }
        return options.isEmpty() ? null : RulePart.choice(options);
    }

    /** Adds the numbers from {@code low} to {@code high}, neither negative, behind a sign. */
    private static void magnitudes(
            long low, boolean lowExclusive, long high, boolean highExclusive, String sign, List<RulePart> options) {
        if (lowExclusive && low < high) {
            // Just above the bound: some digit of the fraction is not zero.
            RulePart zeros = new RulePart.Repeat(RulePart.text("0"), 0, 14);
            RulePart rest = new RulePart.Repeat(new RulePart.Characters(JsonText.DIGITS), 0, 8);
            options.add(RulePart.sequence(
                    RulePart.text(sign + low + "."), zeros, new RulePart.Characters(JsonText.NOT_ZERO), rest));
        }
        long first = lowExclusive ? low + 1 : low;
        if (first <= high - 1) {
            options.add(RulePart.sequence(
                    RulePart.text(sign), DigitRange.node(first, high - 1), RulePart.optional(JsonText.fraction())));
        }
        if (!highExclusive && first <= high) {
            options.add(RulePart.sequence(
                    RulePart.text(sign + high),
                    RulePart.optional(
                            RulePart.sequence(RulePart.text("."), new RulePart.Repeat(RulePart.text("0"), 1, 16)))));
        }
    }
}
