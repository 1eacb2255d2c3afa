// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.error.GrammarException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A JSON schema that is an object, and where it stands.
 *
 * @param pointer its JSON pointer, empty for the root
 */
public record Schema(Map<?, ?> map, String pointer) {
    /** Keywords that say nothing about what is valid. */
    private static final Set<String> ANNOTATIONS = Set.of(
            "title",
            "description",
            "default",
            "example",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "$schema",
            "$id",
            "$comment",
            "$defs",
            "definitions");

    /** Somewhat more than 300 digits, the longest a double is written with in full. */
    private static final int MAX_NUMBER_BITS = 1024;

    GrammarException error(String keyword, String problem) {
        return GrammarException.at(pointer(keyword), problem);
    }

    /** The JSON pointer of a keyword's value. */
    String pointer(String keyword) {
        return pointer + "/" + escape(keyword);
    }

    public static String escape(String token) {
        return GrammarException.shown(token).replace("~", "~0").replace("/", "~1");
    }

    boolean has(String keyword) {
        return map.containsKey(keyword);
    }

    Object get(String keyword) {
        return map.get(keyword);
    }

    /** The keywords that are not annotations. */
    Set<String> keywords() {
        Set<String> keywords = new LinkedHashSet<>();
        for (Object key : map.keySet()) {
            String keyword = String.valueOf(key);
            if (!ANNOTATIONS.contains(keyword)) {
                keywords.add(keyword);
            }
        }
        return keywords;
    }

    /** Refuses all keywords but these and annotations. */
    void only(String where, Set<String> known) {
        for (String keyword : keywords()) {
            if (!known.contains(keyword)) {
                throw error(keyword, "'" + GrammarException.shown(keyword) + "' is not supported " + where);
            }
        }
    }

    Map<?, ?> object(String keyword) {
        if (!has(keyword)) {
            return Map.of();
        }
        if (get(keyword) instanceof Map<?, ?> value) {
            return value;
        }
        throw error(keyword, "must be an object");
    }

    List<?> list(String keyword) {
        if (get(keyword) instanceof List<?> value) {
            return value;
        }
        throw error(keyword, "must be an array");
    }

    List<?> nonEmptyList(String keyword) {
        List<?> list = list(keyword);
        if (list.isEmpty()) {
            throw error(keyword, "must not be empty");
        }
        return list;
    }

    String string(String keyword) {
        if (get(keyword) instanceof String value) {
            return value;
        }
        throw error(keyword, "must be a string");
    }

    boolean flag(String keyword) {
        if (!has(keyword)) {
            return false;
        }
        if (get(keyword) instanceof Boolean value) {
            return value;
        }
        throw error(keyword, "must be true or false");
    }

    List<String> strings(String keyword) {
        List<String> strings = new ArrayList<>();
        if (has(keyword)) {
            for (Object item : list(keyword)) {
                if (!(item instanceof String string)) {
                    throw error(keyword, "must be an array of strings");
                }
                strings.add(string);
            }
        }
        return strings;
    }

    /** A number, or null if the keyword is absent. */
    BigDecimal number(String keyword) {
        if (!has(keyword)) {
            return null;
        }
        BigDecimal number = switch (get(keyword)) {
            case Double value when Double.isFinite(value) -> BigDecimal.valueOf(value);
            case Float value when Float.isFinite(value) -> new BigDecimal(value.toString());
            case BigDecimal value -> value;
            case BigInteger value -> new BigDecimal(value);
            case Long value -> BigDecimal.valueOf(value);
            case Integer value -> BigDecimal.valueOf(value);
            case Short value -> BigDecimal.valueOf(value);
            case Byte value -> BigDecimal.valueOf(value);
            case null, default -> throw error(keyword, "must be a number");
        };
        // Exponents are never expanded: what is too large or too small is told from the digits alone.
        if (number.unscaledValue().bitLength() > MAX_NUMBER_BITS) {
            throw error(keyword, "a number of more than 300 digits is not supported");
        }
        return number;
    }

    /** A whole number from 0, at most {@code most}; {@code absent} if the keyword is. */
    int count(String keyword, int most, int absent) {
        BigDecimal value = number(keyword);
        if (value == null) {
            return absent;
        }
        // Compared before anything is expanded: 1e999999999 is a short number.
        if (value.signum() < 0 || value.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw error(keyword, "must be from 0 to " + most);
        }
        if (value.stripTrailingZeros().scale() > 0) {
            throw error(keyword, "must be a whole number");
        }
        return value.intValue();
    }
}
