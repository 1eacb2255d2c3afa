// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Typed access to the fields of a JSON object that is not trusted. Errors name the field. */
final class JsonFields {
    /** Far more than any manifest, record or list of a repository's files has. */
    private static final int MAX_VALUES = 1 << 19;
    /** Maximum length of a displayed text, such as a licence's name or a summary. */
    private static final int MAX_LABEL = 1000;

    private final String where;
    private final Map<?, ?> values;

    private JsonFields(String where, Map<?, ?> values) {
        this.where = where;
        this.values = values;
    }

    /**
     * Reads an object.
     *
     * @param where name of the document, for messages
     * @param maxBytes maximum size; more is refused unread
     * @throws HubException if it is not an object, or too large
     */
    static JsonFields read(InputStream in, String where, int maxBytes) throws IOException {
        byte[] bytes = in.readNBytes(maxBytes + 1);
        if (bytes.length > maxBytes) {
            throw new HubException(Fault.MODEL, where + ": more than " + maxBytes + " bytes");
        }
        try {
            return new JsonFields(where, JsonTree.object(bytes, MAX_VALUES));
        } catch (CharacterCodingException e) {
            throw new HubException(Fault.MODEL, where + ": not valid UTF-8", e);
        } catch (JsonException e) {
            throw new HubException(Fault.MODEL, where + ": not a JSON object: " + e.getMessage(), e);
        }
    }

    private HubException wrong(String key, String expected) {
        return new HubException(Fault.MODEL, where + ": " + key + " must be " + expected);
    }

    String string(String key) {
        return optionalString(key).orElseThrow(() -> wrong(key, "a text"));
    }

    Optional<String> optionalString(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text) || text.length() > 4096) {
            throw wrong(key, "a text");
        }
        return Optional.of(text);
    }

    /** A text for display: printable, on one line and of limited length. */
    String label(String key) {
        return Text.line(string(key), MAX_LABEL);
    }

    /** As {@link #label}, if it is there. */
    Optional<String> optionalLabel(String key) {
        return optionalString(key).map(text -> Text.line(text, MAX_LABEL));
    }

    /** One text for display or a list of them; empty if it is something else. */
    Optional<String> labelOrList(String key) {
        return switch (values.get(key)) {
            case String text -> Optional.of(Text.line(text, MAX_LABEL));
            case List<?> list
            when !list.isEmpty() ->
                Optional.of(Text.line(
                        list.stream().map(String::valueOf).limit(16).collect(Collectors.joining(", ")), MAX_LABEL));
            case null, default -> Optional.empty();
        };
    }

    /** A text or a number, as text for display. */
    String printed(String key) {
        Object value = values.get(key);
        if (value instanceof String || value instanceof Integer || value instanceof Long) {
            return Text.line(value.toString(), MAX_LABEL);
        }
        throw wrong(key, "a text or a whole number");
    }

    boolean flag(String key) {
        Object value = values.get(key);
        if (value != null && !(value instanceof Boolean)) {
            throw wrong(key, "true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    long count(String key) {
        return optionalCount(key).orElseThrow(() -> wrong(key, "a whole number"));
    }

    OptionalLong optionalCount(String key) {
        Object value = values.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (!(value instanceof Integer || value instanceof Long) || ((Number) value).longValue() < 0) {
            throw wrong(key, "a whole number, at least 0");
        }
        return OptionalLong.of(((Number) value).longValue());
    }

    JsonFields object(String key) {
        return optionalObject(key).orElseThrow(() -> wrong(key, "an object"));
    }

    Optional<JsonFields> optionalObject(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw wrong(key, "an object");
        }
        return Optional.of(new JsonFields(where + ": " + key, map));
    }

    List<JsonFields> objects(String key) {
        return optionalObjects(key).orElseThrow(() -> wrong(key, "a list of objects"));
    }

    Optional<List<JsonFields>> optionalObjects(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        List<JsonFields> objects = new ArrayList<>();
        for (Object element : list(key, value)) {
            if (!(element instanceof Map<?, ?> map)) {
                throw wrong(key, "a list of objects");
            }
            objects.add(new JsonFields(where + ": " + key + "[" + objects.size() + "]", map));
        }
        return Optional.of(objects);
    }

    /** Texts for display. */
    List<String> labels(String key) {
        return strings(key).stream().map(text -> Text.line(text, MAX_LABEL)).toList();
    }

    List<String> strings(String key) {
        List<String> strings = new ArrayList<>();
        for (Object element : list(key, values.get(key))) {
            if (!(element instanceof String text) || text.length() > 4096) {
                throw wrong(key, "a list of texts");
            }
            strings.add(text);
        }
        return strings;
    }

    long[] counts(String key) {
        List<?> list = list(key, values.get(key));
        long[] counts = new long[list.size()];
        for (int i = 0; i < counts.length; i++) {
            if (!(list.get(i) instanceof Integer || list.get(i) instanceof Long)) {
                throw wrong(key, "a list of whole numbers");
            }
            counts[i] = ((Number) list.get(i)).longValue();
        }
        return counts;
    }

    private List<?> list(String key, Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrong(key, "a list");
    }
}
