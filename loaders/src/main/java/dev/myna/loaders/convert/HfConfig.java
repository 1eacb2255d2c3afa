// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object of a checkpoint, asked for values by key. A value of null counts as absent, as it does for transformers.
 * Every refusal names file and key.
 *
 * @param path the file, for messages
 * @param prefix where in the file the object lies: empty, or such as {@code text_config.}
 */
record HfConfig(Path path, String prefix, Map<String, Object> values) {

    /** The object of a file that must be there. */
    static HfConfig read(Path path) {
        return find(path)
                .orElseThrow(() -> new CheckpointException(
                        path + ": no such file; a checkpoint's folder has one beside its weights"));
    }

    /** The object of a file, if the file is there. */
    static Optional<HfConfig> find(Path path) {
        return JsonFile.find(path).map(values -> new HfConfig(path, "", values));
    }

    boolean has(String key) {
        return values.get(key) != null;
    }

    /** An object within this one. */
    Optional<HfConfig> child(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case Map<?, ?> map -> Optional.of(new HfConfig(path, prefix + key + ".", strings(map)));
            default -> throw fail(key, "must be an object");
        };
    }

    String string(String key) {
        return string(key, null);
    }

    String string(String key, String fallback) {
        return switch (value(key, fallback)) {
            case String string -> string;
            default -> throw fail(key, "must be a string");
        };
    }

    boolean bool(String key, boolean fallback) {
        return switch (value(key, fallback)) {
            case Boolean bool -> bool;
            default -> throw fail(key, "must be true or false");
        };
    }

    /** An integer in {@code min..max}. */
    int integer(String key, int min, int max) {
        return integer(key, min, max, null);
    }

    /** An integer in {@code min..max}, or {@code fallback} if the key is absent. */
    int integer(String key, int min, int max, Integer fallback) {
        return toInt(key, value(key, fallback), min, max);
    }

    /** Checks a key, if it is there, against what follows from elsewhere. */
    void requireEqual(String key, int expected, String source) {
        if (has(key) && integer(key, 0, Integer.MAX_VALUE) != expected) {
            throw fail(key, "must be " + expected + ", " + source);
        }
    }

    /** A finite number, or {@code fallback} if the key is absent. */
    float number(String key, Float fallback) {
        if (value(key, fallback) instanceof Number number && Float.isFinite(number.floatValue())) {
            return number.floatValue();
        }
        throw fail(key, "must be a finite number");
    }

    /** A list; empty if the key is absent. */
    List<Object> list(String key) {
        return switch (values.get(key)) {
            case null -> List.of();
            case List<?> list -> new ArrayList<>(list);
            default -> throw fail(key, "must be a list");
        };
    }

    /** An entry of the list {@code key} that must be an object. */
    HfConfig entry(String key, Object entry) {
        if (entry instanceof Map<?, ?> map) {
            return new HfConfig(path, prefix + key + "[].", strings(map));
        }
        throw fail(key, "must be a list of objects");
    }

    /** A list of three finite numbers, or {@code fallback} if the key is absent. */
    float[] threeNumbers(String key, float... fallback) {
        List<Object> list = list(key);
        if (list.isEmpty()) {
            return fallback;
        }
        float[] numbers = new float[3];
        for (int i = 0; i < 3; i++) {
            if (list.size() != 3 || !(list.get(i) instanceof Number number) || !Float.isFinite(number.floatValue())) {
                throw fail(key, "must be a list of three finite numbers");
            }
            numbers[i] = number.floatValue();
        }
        return numbers;
    }

    /** A list of pairs of integers from 1 to {@code max}, one behind the other; empty if the key is absent. */
    int[] pairs(String key, int max) {
        List<Object> list = list(key);
        int[] pairs = new int[2 * list.size()];
        for (int i = 0; i < list.size(); i++) {
            if (!(list.get(i) instanceof List<?> pair) || pair.size() != 2) {
                throw fail(key, "must be a list of pairs of integers");
            }
            pairs[2 * i] = toInt(key, pair.get(0), 1, max);
            pairs[2 * i + 1] = toInt(key, pair.get(1), 1, max);
        }
        return pairs;
    }

    /** An exception about a key; {@code rule} says what is wrong with its value. */
    CheckpointException fail(String key, String rule) {
        return new CheckpointException(path + ": " + prefix + key
                + (has(key) ? " = " + Text.line(values.get(key).toString(), Text.SHOWN) : "") + " " + rule);
    }

    private Object value(String key, Object fallback) {
        Object value = values.get(key);
        if (value == null && fallback == null) {
            throw new CheckpointException(path + ": " + prefix + key + " is missing");
        }
        return value == null ? fallback : value;
    }

    private int toInt(String key, Object value, int min, int max) {
        if ((value instanceof Integer || value instanceof Long)
                && ((Number) value).longValue() >= min
                && ((Number) value).longValue() <= max) {
            return ((Number) value).intValue();
        }
        throw fail(key, "must be an integer from " + min + " to " + max);
    }

    private static Map<String, Object> strings(Map<?, ?> map) {
        @SuppressWarnings("unchecked") // a JSON object has names of no other type
        Map<String, Object> strings = (Map<String, Object>) map;
        return strings;
    }
}
