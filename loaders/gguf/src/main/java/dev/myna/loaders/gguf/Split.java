// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Keys of one part of a split model: llama.cpp's {@code split.no}, {@code split.count} and {@code split.tensors.count}. Parts
 * have names {@code NAME-00001-of-0000N.gguf}.
 *
 * @param number of the part, from 0
 * @param count parts of the model; 1 for a model that is not split
 * @param tensors tensors of all parts, or -1 if the file does not say
 */
record Split(int number, int count, int tensors) {
    /** Maximum number of parts: names have five digits. */
    private static final int MAX_COUNT = 99_999;

    static final String NUMBER_KEY = "split.no";
    static final String COUNT_KEY = "split.count";
    static final String TENSORS_KEY = "split.tensors.count";

    static Split of(GgufMetadata metadata) {
        int count = metadata.integer(COUNT_KEY, 0, MAX_COUNT, 1);
        if (count <= 1) {
            return new Split(0, 1, -1);
        }
        return new Split(
                metadata.integer(NUMBER_KEY, 0, count - 1, 0),
                count,
                metadata.integer(TENSORS_KEY, 0, GgufHeader.MAX_ENTRIES, -1));
    }

    /** The ending of this part's file name. */
    String ending() {
        return ending(number);
    }

    private String ending(int part) {
        return String.format(Locale.ROOT, "-%05d-of-%05d.gguf", part + 1, count);
    }

    /**
     * All parts' files in order. Only the named file if its name is not that of a part, so that it can be inspected alone.
     *
     * @param named one of them
     * @throws GgufException if a part is missing
     */
    List<Path> files(Path named) {
        String name = named.getFileName().toString();
        if (count == 1 || !name.endsWith(ending())) {
            return List.of(named);
        }
        String stem = name.substring(0, name.length() - ending().length());
        List<Path> files = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String part = stem + ending(i);
            Path file = named.resolveSibling(part);
            if (!Files.exists(file)) {
                missing.add(part);
            }
            files.add(file);
        }
        if (!missing.isEmpty()) {
            throw new GgufException(named + ": this is part " + (number + 1) + " of " + count
                    + " of a split model, and "
                    + missing.size() + (missing.size() == 1 ? " part is" : " parts are") + " missing: "
                    + String.join(", ", missing.subList(0, Math.min(3, missing.size())))
                    + (missing.size() > 3 ? ", …" : "") + "; put all parts in one folder");
        }
        return files;
    }

    /** Checks that a file is the part that its name says. */
    void requirePart(String file, int expectedNumber, Split first) {
        if (number != expectedNumber || count != first.count || tensors != first.tensors) {
            throw new GgufException(file + ": this is part " + (number + 1) + " of " + count
                    + (tensors == first.tensors ? "" : " with " + tensors + " tensors in all")
                    + ", but its name says part " + (expectedNumber + 1) + " of " + first.count
                    + (tensors == first.tensors ? "" : " with " + first.tensors)
                    + "; the files are not parts of one model");
        }
    }
}
