// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A tensor in the header of a safetensors file.
 *
 * @param begin first byte of the data, from the start of the data section
 * @param end the byte after the last
 */
record SafetensorsEntry(ElementType type, List<Long> shape, long begin, long end) {
    /** More than any published tensor has; the shape goes into messages. */
    private static final int MAX_DIMENSIONS = 8;

    private static final String METADATA = "__metadata__";

    /** Reads the header. The size of each tensor's range fits its shape; the position of the range is not checked yet. */
    static Map<String, SafetensorsEntry> readAll(MappedFile file, long offset, int length) {
        Map<String, SafetensorsEntry> entries = new LinkedHashMap<>();
        JsonDocument json = JsonDocument.of(file, offset, length, "header");
        json.root(name -> {
            if (name.equals(METADATA)) {
                json.skip();
            } else {
                entries.put(name, read(json, "tensor " + Text.quote(name)));
            }
        });
        return entries;
    }

    long bytes() {
        return end - begin;
    }

    private static SafetensorsEntry read(JsonDocument json, String place) {
        Fields fields = new Fields();
        json.object(place, key -> {
            switch (key) {
                case "dtype" -> fields.type = json.string(place + ": dtype");
                case "shape" -> fields.shape = json.counts(place + ": shape", MAX_DIMENSIONS);
                case "data_offsets" -> fields.range = json.counts(place + ": data_offsets", 2);
                default -> json.skip();
            }
        });
        if (fields.type == null || fields.shape == null || fields.range == null) {
            throw json.fail(place + " must have dtype, shape and data_offsets");
        }
        ElementType type = type(fields.type)
                .orElseThrow(() -> json.fail(place + ": dtype " + Text.quote(fields.type) + " is not supported"));
        return of(json, place, type, fields.shape, fields.range);
    }

    private static SafetensorsEntry of(
            JsonDocument json, String place, ElementType type, List<Long> shape, List<Long> range) {
        if (range.size() != 2 || range.get(0) > range.get(1)) {
            throw json.fail(place + ": data_offsets " + range + " are not a begin and an end");
        }
        SafetensorsEntry entry = new SafetensorsEntry(type, shape, range.get(0), range.get(1));
        long needed;
        try {
            needed = type.bytes();
            for (long dimension : shape) {
                needed = Math.multiplyExact(needed, dimension);
            }
        } catch (ArithmeticException e) {
            throw json.fail(place + ": the size of shape " + shape + " overflows 64 bits");
        }
        if (needed != entry.bytes()) {
            throw json.fail(place + ": data_offsets " + range + " hold " + entry.bytes() + " bytes; shape " + shape
                    + " of " + type + " needs " + needed);
        }
        return entry;
    }

    private static Optional<ElementType> type(String dtype) {
        return Stream.of(ElementType.values())
                .filter(type -> type.name().equals(dtype))
                .findFirst();
    }

    /** The fields read so far; names come in any order. */
    private static final class Fields {
        private String type;
        private List<Long> shape;
        private List<Long> range;
    }
}
