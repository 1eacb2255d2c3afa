// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The shards of a checkpoint without an index, by names such as {@code model-00002-of-00004.safetensors}. */
final class ShardNames {
    private static final int MAX_SHARDS = 10_000;

    private ShardNames() {}

    /**
     * The shards in a folder, in order; none if it has none.
     *
     * @param stem prefix of their names
     * @param suffix suffix of their names
     * @throws CheckpointException if a shard is missing, or the folder has shards of several checkpoints
     */
    static Set<String> in(Path folder, String stem, String suffix) {
        Pattern pattern = Pattern.compile(Pattern.quote(stem) + "-([0-9]{5})-of-([0-9]{5})" + Pattern.quote(suffix));
        TreeMap<Integer, Set<Integer>> numbers = new TreeMap<>();
        for (String name : names(folder)) {
            Matcher shard = pattern.matcher(name);
            if (shard.matches()) {
                numbers.computeIfAbsent(Integer.valueOf(shard.group(2)), _ -> new TreeSet<>())
                        .add(Integer.valueOf(shard.group(1)));
            }
        }
        if (numbers.isEmpty()) {
            return Set.of();
        }
        int count = numbers.firstKey();
        if (numbers.size() > 1 || count < 1 || count > MAX_SHARDS) {
            throw new CheckpointException(folder + ": the shards " + stem + "-*" + suffix + " are numbered as of "
                    + Text.line(numbers.keySet().toString(), Text.SHOWN)
                    + " files; those of one checkpoint are needed, or an index");
        }
        Set<String> shards = new TreeSet<>();
        for (int i = 1; i <= count; i++) {
            String name = String.format("%s-%05d-of-%05d%s", stem, i, count, suffix);
            if (!numbers.get(count).contains(i)) {
                throw new CheckpointException(folder.resolve(name) + ": no such file; it is one of the " + count
                        + " shards of the checkpoint");
            }
            shards.add(name);
        }
        return shards;
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new CheckpointException(folder + ": the folder cannot be read: " + e.getMessage(), e);
        }
    }
}
