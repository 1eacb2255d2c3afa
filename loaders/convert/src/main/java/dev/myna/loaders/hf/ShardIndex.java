// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The index of a sharded checkpoint: which file holds which tensor.
 *
 * @param path the index itself, for messages
 * @param files file names by tensor name
 */
record ShardIndex(Path path, Map<String, String> files) {
    private static final long MAX_BYTES = 100_000_000;
    private static final int MAX_NAME = 255;

    /**
     * Reads an index.
     *
     * @param suffix what the name of every shard must end in
     * @throws CheckpointException if it is malformed or names anything but files beside it
     */
    static ShardIndex read(Path path, String suffix) {
        return MappedFile.read(path, file -> {
            try (file) {
                return new ShardIndex(path, files(file, suffix));
            }
        });
    }

    /** The files, each once, in the order in which the index first names them. */
    Set<String> shards() {
        return new LinkedHashSet<>(files.values());
    }

    private static Map<String, String> files(MappedFile file, String suffix) {
        if (file.size() > MAX_BYTES) {
            throw file.fail("the index has " + file.size() + " bytes; at most " + MAX_BYTES + " are read");
        }
        Map<String, String> files = new LinkedHashMap<>();
        JsonDocument json = JsonDocument.of(file, 0, (int) file.size(), "index");
        json.root(key -> {
            if (key.equals("weight_map")) {
                json.object("weight_map", tensor -> {
                    String shard = json.string("the file of tensor " + Text.quote(tensor));
                    requirePlain(json, tensor, shard, suffix);
                    files.put(tensor, shard);
                });
            } else {
                json.skip();
            }
        });
        if (files.isEmpty()) {
            throw file.fail("the index has no weight_map, or an empty one: it names no tensor");
        }
        return files;
    }

    /** An untrusted index must not name files outside its folder. */
    private static void requirePlain(JsonDocument json, String tensor, String shard, String suffix) {
        boolean plain = shard.length() <= MAX_NAME
                && shard.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c))
                && !shard.startsWith(".");
        if (!plain || !shard.endsWith(suffix)) {
            throw json.fail("tensor " + Text.quote(tensor) + ": file name " + Text.quote(shard)
                    + " must be that of a file beside the index and end in " + suffix);
        }
    }
}
