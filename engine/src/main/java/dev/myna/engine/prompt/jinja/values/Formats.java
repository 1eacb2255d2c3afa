// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** The operator {@code %} of strings, the filter and the method {@code format}: widths bounded, no walking through attributes. */
public final class Formats {
    private final Meter meter;
    private final Printer printer;

    public Formats(Meter meter, Printer printer) {
        this.meter = meter;
        this.printer = printer;
    }

    private static TemplateException type(String message) {
        return new TemplateException(Kind.TYPE, -1, message);
    }

    private static TemplateException unknown(String message) {
        return new TemplateException(Kind.UNKNOWN, -1, message);
    }

    /** {@code "..." % values}: a tuple of values, a map, or one value. */
    public Value percent(Text format, Value values) {
        List<Value> list = values instanceof Value.Sequence tuple && tuple.tuple() ? tuple.elements() : List.of(values);
        return Value.of(percent(format, list, values instanceof Value.Mapping map ? map : null));
    }

    /** Values in order, or by name from {@code map} where the format says {@code %(name)s}. */
    public Text percent(Text format, List<Value> values, Value.Mapping map) {
        String source = format.toString();
        TextBuilder out = new TextBuilder();
        int used = 0;
        for (int at = 0; at < source.length(); ) {
            int percent = source.indexOf('%', at);
            if (percent < 0) {
                out.append(format.sub(at, source.length()));
                break;
            }
            out.append(format.sub(at, percent));
            at = percent + 1;
            Value named = null;
            if (source.startsWith("(", at)) {
                int close = source.indexOf(')', at);
                if (close < 0 || map == null) {
                    throw type("a format names a value that is not there");
                }
                named = map.entries().get(Value.of(source.substring(at + 1, close)));
                if (named == null) {
                    throw type("a format names a value that is not there");
                }
                at = close + 1;
            }
            int flags = at;
            while (at < source.length() && "-+ 0#".indexOf(source.charAt(at)) >= 0) {
                at++;
            }
            String flag = source.substring(flags, at);
            int begin = at;
            at = digits(source, at);
            int width = number(source, begin, at);
            int precision = -1;
            if (source.startsWith(".", at)) {
                int from = at + 1;
                at = digits(source, from);
                precision = number(source, from, at);
            }
            if (at >= source.length()) {
                throw type("a format ends within a conversion");
            }
            char conversion = source.charAt(at++);
            if (conversion == '%') {
                out.append("%", Text.TEMPLATE);
                continue;
            }
            if (named == null && used >= values.size()) {
                throw type("a format has more conversions than values");
            }
            Value value = named == null ? values.get(used++) : named;
            pad(
                    out,
                    convert(conversion, value, precision, flag),
                    width,
                    flag.contains("-") ? '<' : '>',
                    flag.contains("0") && conversion != 's' ? '0' : ' ');
            meter.string(out.units());
        }
        if (map == null && used < values.size()) {
            throw type("a format has fewer conversions than values");
        }
        return out.build();
    }

    private Text convert(char conversion, Value value, int precision, String flags) {
        if (conversion == 's' || conversion == 'r') {
            Text text = conversion == 's' ? printer.print(value) : printer.print(Value.tuple(List.of(value)));
            if (conversion == 'r') {
                text = text.sub(1, text.units() - 2);
            }
            return precision >= 0 && precision < text.length() ? text.sub(0, text.index(precision)) : text;
        }
        if (!Numbers.isNumber(value)) {
            throw value instanceof Value.Undefined undefined
                    ? Operators.undefined(undefined)
                    : type("a format needs a number, not " + Operators.typeName(value));
        }
        String text = switch (conversion) {
            case 'd', 'i', 'u' ->
                Long.toString(value instanceof Value.Real real ? (long) real.value() : Numbers.integer(value));
            case 'x' -> Long.toString(whole(value), 16);
            case 'X' -> Long.toString(whole(value), 16).toUpperCase(java.util.Locale.ROOT);
            case 'f', 'F' -> fixed(Numbers.real(value), precision < 0 ? 6 : precision);
            default -> throw unknown("no conversion %" + conversion);
        };
        String sign = flags.contains("+") && !text.startsWith("-") ? "+" : "";
        return Text.template(sign + text);
    }

    private static long whole(Value value) {
        if (!Numbers.isInteger(value)) {
            throw type("a format needs an integer");
        }
        return Numbers.integer(value);
    }

    static String fixed(double value, int digits) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return PythonFloat.text(value);
        }
        return new BigDecimal(value)
                .setScale(Meter.width(digits), RoundingMode.HALF_EVEN)
                .toPlainString();
    }

    private static int digits(String source, int from) {
        int at = from;
        while (at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    private static int number(String source, int from, int to) {
        return to == from
                ? 0
                : Meter.width(to - from > 9 ? Long.MAX_VALUE : Long.parseLong(source.substring(from, to)));
    }

    private static void pad(TextBuilder out, Text text, int width, char align, char fill) {
        int missing = Math.max(0, width - text.length());
        String padding = String.valueOf(fill).repeat(missing);
        if (align == '<') {
            out.append(text).append(padding, Text.TEMPLATE);
        } else if (align == '^') {
            out.append(padding.substring(0, missing / 2), Text.TEMPLATE)
                    .append(text)
                    .append(padding.substring(missing / 2), Text.TEMPLATE);
        } else if (fill == '0'
                && (text.toString().startsWith("-") || text.toString().startsWith("+"))) {
            out.append(text.sub(0, 1)).append(padding, Text.TEMPLATE).append(text.sub(1, text.units()));
        } else {
            out.append(padding, Text.TEMPLATE).append(text);
        }
    }

    /** The method {@code format}: {@code {}}, {@code {0}} and {@code {name}}, with a width, precision and type. */
    public Text format(Text format, Arguments arguments) {
        String source = format.toString();
        TextBuilder out = new TextBuilder();
        int next = 0;
        for (int at = 0; at < source.length(); ) {
            char c = source.charAt(at);
            if (c != '{' && c != '}') {
                int end = at;
                while (end < source.length() && source.charAt(end) != '{' && source.charAt(end) != '}') {
                    end++;
                }
                out.append(format.sub(at, end));
                at = end;
            } else if (source.startsWith(c + "" + c, at)) {
                out.append(format.sub(at, at + 1));
                at += 2;
            } else {
                int close = source.indexOf('}', at);
                if (c == '}' || close < 0) {
                    throw type("a format has a single '" + c + "'");
                }
                String field = source.substring(at + 1, close);
                at = close + 1;
                int colon = field.indexOf(':');
                String name = colon < 0 ? field : field.substring(0, colon);
                Value value = value(name, name.isEmpty() ? next++ : -1, arguments);
                specified(out, value, colon < 0 ? "" : field.substring(colon + 1));
            }
            meter.string(out.units());
        }
        return out.build();
    }

    private static Value value(String name, int position, Arguments arguments) {
        if (name.indexOf('.') >= 0 || name.indexOf('[') >= 0 || name.indexOf('!') >= 0) {
            throw new TemplateException(Kind.SECURITY, -1, "a format may not look into values");
        }
        Value value;
        if (position >= 0 || digits(name, 0) == name.length()) {
            int at = position >= 0 ? position : name.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(name);
            value = at < arguments.positional().size() ? arguments.positional().get(at) : null;
        } else {
            value = arguments.named().get(name);
        }
        if (value == null) {
            throw type("a format names a value that is not there");
        }
        return value;
    }

    private void specified(TextBuilder out, Value value, String spec) {
        if (spec.indexOf('{') >= 0) {
            throw unknown("a format within a format is not supported");
        }
        int at = 0;
        char fill = ' ';
        char align = 0;
        if (spec.length() > 1 && "<>^".indexOf(spec.charAt(1)) >= 0) {
            fill = spec.charAt(0);
            align = spec.charAt(1);
            at = 2;
        } else if (!spec.isEmpty() && "<>^".indexOf(spec.charAt(0)) >= 0) {
            align = spec.charAt(at++);
        }
        if (spec.startsWith("0", at)) {
            fill = '0';
            at++;
        }
        int begin = at;
        at = digits(spec, at);
        int width = number(spec, begin, at);
        int precision = -1;
        if (spec.startsWith(".", at)) {
            int from = at + 1;
            at = digits(spec, from);
            precision = number(spec, from, at);
        }
        String kind = spec.substring(at);
        boolean number = Numbers.isNumber(value);
        if (kind.length() > 1 || !kind.isEmpty() && "sdfxX".indexOf(kind.charAt(0)) < 0) {
            throw unknown("no format " + Operators.shown(spec));
        }
        if (!kind.isEmpty() && number == kind.equals("s")) {
            throw type("a format of another type than " + Operators.typeName(value));
        }
        char conversion = kind.isEmpty() ? (number && precision >= 0 ? 'f' : 's') : kind.charAt(0);
        pad(out, convert(conversion, value, precision, ""), width, align == 0 ? (number ? '>' : '<') : align, fill);
    }
}
