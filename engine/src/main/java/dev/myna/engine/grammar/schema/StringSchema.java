// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.rules.RulePart;
import java.math.BigDecimal;
import java.util.Map;

/** Strings: of some length, of a pattern, or of a format. */
final class StringSchema {
    private static final int MAX_LENGTH = 1 << 16;

    private static final String TIME =
            "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)";

    /** Leap years by the Gregorian rule. */
    private static final String DATE =
            "(\\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)"
                    + "|02-(0[1-9]|1\\d|2[0-8]))"
                    + "|(\\d\\d(0[48]|[2468][048]|[13579][26])|(0[048]|[2468][048]|[13579][26])00)-02-29)";

    private static final Map<String, String> FORMATS = Map.of(
            "date",
            DATE,
            "time",
            TIME,
            "date-time",
            DATE + "T" + TIME,
            "uuid",
            "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private StringSchema() {}

    static RulePart node(Schema schema, SchemaCompiler compiler) {
        boolean length = schema.has("minLength") || schema.has("maxLength");
        RulePart content = null;
        if (schema.has("format")) {
            content = format(schema, compiler);
        }
        if (schema.has("pattern")) {
            if (content != null) {
                throw schema.error("pattern", "'pattern' is not supported beside 'format'");
            }
            content = StringPattern.anchored(schema.string("pattern"), schema.pointer("pattern"), compiler);
        }
        if (content == null) {
            return length ? quoted(counted(schema)) : JsonText.STRING;
        }
        if (length) {
            throw schema.error(
                    schema.has("minLength") ? "minLength" : "maxLength",
                    "lengths are not supported beside 'pattern' and 'format'");
        }
        return quoted(content);
    }

    private static RulePart quoted(RulePart content) {
        return RulePart.sequence(RulePart.text("\""), content, RulePart.text("\""));
    }

    private static RulePart format(Schema schema, SchemaCompiler compiler) {
        String format = FORMATS.get(schema.string("format"));
        if (format == null) {
            throw schema.error(
                    "format",
                    "format '" + GrammarException.shown(schema.string("format"))
                            + "' is not supported; supported are date, time, date-time, uuid");
        }
        return StringPattern.anchored("^" + format + "$", schema.pointer("format"), compiler);
    }

    private static RulePart counted(Schema schema) {
        int min = schema.count("minLength", MAX_LENGTH, 0);
        int max = RulePart.UNBOUNDED;
        if (schema.has("maxLength")) {
            // No answer is longer than that, and shorter ones satisfy the schema as well.
            boolean huge = schema.number("maxLength").compareTo(BigDecimal.valueOf(MAX_LENGTH)) > 0;
            max = huge ? MAX_LENGTH : schema.count("maxLength", MAX_LENGTH, 0);
        }
        if (max != RulePart.UNBOUNDED && max < min) {
            throw schema.error("minLength", min + " characters at least, but " + max + " at most");
        }
        return new RulePart.Repeat(JsonText.CHARACTER, min, max);
    }
}
