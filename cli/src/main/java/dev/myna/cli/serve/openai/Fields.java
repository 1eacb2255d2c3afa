// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A JSON object of a request, read by name and type. A {@code null} field counts as absent, as in OpenAI's clients.
 * Errors name the field by its path: {@code messages[1].content[0].image_url}.
 *
 * @param path of this object within the body; empty for the body
 */
record Fields(Map<String, Object> values, String path) {

    static Fields of(Map<String, Object> body) {
        return new Fields(body, "");
    }

    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    boolean has(String name) {
        return values.get(name) != null;
    }

    Object get(String name) {
        return values.get(name);
    }

    /** Refuses every field but these. */
    void only(Set<String> names) {
        for (String name : values.keySet()) {
            if (has(name) && !names.contains(name)) {
                throw ApiException.invalid(
                        path(shown(name)), "unknown_parameter", "unknown parameter '" + path(shown(name)) + "'");
            }
        }
    }

    /** A name from a client, shortened for a message. */
    static String shown(String name) {
        return name.length() > 60 ? name.substring(0, 60) + "…" : name;
    }

    /** @return null if absent */
    String text(String name) {
        return switch (get(name)) {
            case null -> null;
            case String text -> text;
            default -> throw wrong(name, "a string");
        };
    }

    String requiredText(String name) {
        require(name);
        return text(name);
    }

    boolean flag(String name, boolean fallback) {
        return switch (get(name)) {
            case null -> fallback;
            case Boolean flag -> flag;
            default -> throw wrong(name, "true or false");
        };
    }

    /** @return a finite number, or {@code fallback} if absent */
    float number(String name, float fallback) {
        return switch (get(name)) {
            case null -> fallback;
            case Number number when Float.isFinite(number.floatValue()) -> number.floatValue();
            default -> throw wrong(name, "a finite number");
        };
    }

    /** @return null if absent */
    Long integer(String name) {
        return switch (get(name)) {
            case null -> null;
            case Integer number -> number.longValue();
            case Long number -> number;
            case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 -> number.longValue();
            default -> throw wrong(name, "an integer");
        };
    }

    /** @return {@code fallback} if absent */
    int integer(String name, int min, int max, int fallback) {
        Object given = get(name);
        // Integers beyond a long are out of range, not of a wrong type.
        Long value = given instanceof BigInteger big ? Long.valueOf(big.signum() * Long.MAX_VALUE) : integer(name);
        if (value == null) {
            return fallback;
        }
        if (value < min || value > max) {
            throw ApiException.value(
                    path(name), path(name) + " must be in " + min + ".." + max + ", not " + shown("" + given));
        }
        return value.intValue();
    }

    /** @return null if absent */
    List<?> list(String name) {
        return switch (get(name)) {
            case null -> null;
            case List<?> list -> list;
            default -> throw wrong(name, "a list");
        };
    }

    /** @return null if absent */
    Fields object(String name) {
        return has(name) ? of(get(name), path(name)) : null;
    }

    /** The objects of a list. */
    List<Fields> objects(String name) {
        require(name);
        List<Fields> objects = new ArrayList<>();
        for (Object item : list(name)) {
            objects.add(of(item, path(name) + "[" + objects.size() + "]"));
        }
        return objects;
    }

    private static Fields of(Object value, String path) {
        if (value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked") // keys of a JSON object
            Map<String, Object> object = (Map<String, Object>) map;
            return new Fields(object, path);
        }
        throw ApiException.invalid(path, "invalid_type", path + " must be an object");
    }

    void require(String name) {
        if (!has(name)) {
            throw ApiException.invalid(
                    path(name), "missing_required_parameter", "missing parameter '" + path(name) + "'");
        }
    }

    ApiException wrong(String name, String what) {
        return ApiException.invalid(path(name), "invalid_type", path(name) + " must be " + what);
    }
}
