// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.config;

import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Typed access to a JSON object of a checkpoint. Null counts as absent, as in transformers. Errors name file and key. It
 * records which keys are read, so that unread keys can be reported.
 */
public final class HfConfig {
    private static final int FEW = 16;

    private final Path path;
    private final String prefix;
    private final Map<String, Object> values;
    /** Keys that were read, with their prefixes; one set for a file and all objects in it. */
    private final Set<String> read;

    private HfConfig(Path path, String prefix, Map<String, Object> values, Set<String> read) {
        this.path = path;
        this.prefix = prefix;
        this.values = values;
        this.read = read;
    }

    /** An object of a file. */
    static HfConfig of(Path path, Map<String, Object> values) {
        return new HfConfig(path, "", values, new HashSet<>());
    }

    /** An empty object. */
    public static HfConfig empty(Path path) {
        return of(path, Map.of());
    }

    /** The object of a file that must exist. */
    static HfConfig read(Path path) {
        return find(path)
                .orElseThrow(() -> new CheckpointException(
                        path + ": no such file; a checkpoint's folder has one beside its weights"));
    }

    /** The object of a file, if the file exists. */
    public static Optional<HfConfig> find(Path path) {
        return JsonFile.find(path).map(values -> of(path, values));
    }

    /** The file, for messages. */
    public Path path() {
        return path;
    }

    /** The names of its keys. */
    public Set<String> keys() {
        return values.keySet();
    }

    public boolean has(String key) {
        return get(key) != null;
    }

    /** The value of a key, of any type; null if absent. */
    public Object get(String key) {
        read.add(prefix + key);
        return values.get(key);
    }

    /** An object within this one. */
    public Optional<HfConfig> child(String key) {
        return switch (get(key)) {
            case null -> Optional.empty();
            case Map<?, ?> map -> Optional.of(new HfConfig(path, prefix + key + ".", strings(map), read));
            default -> throw fail(key, "must be an object");
        };
    }

    /** An object within this one, or an empty one with the same name in errors. */
    public HfConfig childOrEmpty(String key) {
        return child(key).orElseGet(() -> new HfConfig(path, prefix + key + ".", Map.of(), read));
    }

    public String string(String key) {
        return string(key, null);
    }

    public String string(String key, String fallback) {
        return switch (value(key, fallback)) {
            case String string -> string;
            default -> throw fail(key, "must be a string");
        };
    }

    public boolean bool(String key, boolean fallback) {
        return switch (value(key, fallback)) {
            case Boolean bool -> bool;
            default -> throw fail(key, "must be true or false");
        };
    }

    /** An integer in {@code min..max}. */
    public int integer(String key, int min, int max) {
        return integer(key, min, max, null);
    }

    /** An integer in {@code min..max}, or {@code fallback} if the key is absent. */
    public int integer(String key, int min, int max, Integer fallback) {
        return toInt(key, value(key, fallback), min, max);
    }

    /** Checks the value of a key, if present, against a known value. */
    public void requireEqual(String key, int expected, String source) {
        if (has(key) && integer(key, 0, Integer.MAX_VALUE) != expected) {
            throw fail(key, "must be " + expected + ", " + source);
        }
    }

    /** A finite number, or {@code fallback} if the key is absent. */
    public float number(String key, Float fallback) {
        if (value(key, fallback) instanceof Number number && Float.isFinite(number.floatValue())) {
            return number.floatValue();
        }
        throw fail(key, "must be a finite number");
    }

    /** A finite number above 0, or {@code fallback} if the key is absent. */
    public float positive(String key, Float fallback) {
        float number = number(key, fallback);
        if (number > 0) {
            return number;
        }
        throw fail(key, "must be a finite number above 0");
    }

    /** A list; empty if the key is absent. */
    public List<Object> list(String key) {
        return switch (get(key)) {
            case null -> List.of();
            case List<?> list -> new ArrayList<>(list);
            default -> throw fail(key, "must be a list");
        };
    }

    /** An entry of the list {@code key} that must be an object. */
    public HfConfig entry(String key, Object entry) {
        if (entry instanceof Map<?, ?> map) {
            return new HfConfig(path, prefix + key + "[].", strings(map), read);
        }
        throw fail(key, "must be a list of objects");
    }

    /** A list of three finite numbers, or {@code fallback} if the key is absent. */
    public float[] threeNumbers(String key, float... fallback) {
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

    /** A list of pairs of integers from 1 to {@code max}, flattened; empty if the key is absent. */
    public int[] pairs(String key, int max) {
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

    /**
     * Unread values by key with prefix, without null, empty lists and empty objects. Of an object that was read, the unread
     * keys within it.
     */
    Map<String, Object> unread() {
        Map<String, Object> unread = new LinkedHashMap<>();
        collect(prefix, values, unread);
        return unread;
    }

    private void collect(String at, Map<String, Object> object, Map<String, Object> unread) {
        object.forEach((key, value) -> {
            boolean says = value != null
                    && !(value instanceof List<?> list && list.isEmpty())
                    && !(value instanceof Map<?, ?> map && map.isEmpty());
            if (says && !read.contains(at + key)) {
                unread.put(at + key, value);
            } else if (says && value instanceof Map<?, ?> map) {
                collect(at + key + ".", strings(map), unread);
            }
        });
    }

    /** An exception about a key; {@code rule} says what is wrong with its value. */
    public CheckpointException fail(String key, String rule) {
        return new CheckpointException(path + ": " + Text.line(prefix + key, Text.SHOWN)
                + (values.get(key) != null ? " = " + shown(values.get(key)) : "") + " " + rule);
    }

    /** A value for a message; only the kind and size of large ones. */
    static String shown(Object value) {
        return switch (value) {
            case List<?> list when list.size() > FEW -> "a list of " + list.size();
            case Map<?, ?> map when map.size() > FEW -> "an object of " + map.size() + " keys";
            default -> Text.line(value.toString(), Text.SHOWN);
        };
    }

    private Object value(String key, Object fallback) {
        Object value = get(key);
        if (value == null && fallback == null) {
            throw new CheckpointException(path + ": " + Text.line(prefix + key, Text.SHOWN) + " is missing");
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
        @SuppressWarnings("unchecked") // keys of a JSON object are strings
        Map<String, Object> strings = (Map<String, Object>) map;
        return strings;
    }
}
