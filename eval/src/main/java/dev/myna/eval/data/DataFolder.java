// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import dev.myna.loaders.datasets.DatasetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The folder with downloaded data sets.
 *
 * @param root as the user gave it
 */
public record DataFolder(Path root) {
    private static final int MAX_DEPTH = 6;

    /**
     * A file in the root or in one of the named folders of it.
     *
     * @throws DatasetException if it is in none of them
     */
    public Path file(String name, String... folders) {
        for (String folder : folders) {
            if (Files.isRegularFile(root.resolve(folder).resolve(name))) {
                return root.resolve(folder).resolve(name);
            }
        }
        if (Files.isRegularFile(root.resolve(name))) {
            return root.resolve(name);
        }
        throw DatasetException.absent(root + ": no " + name + " in this folder"
                + (folders.length == 0 ? "" : " or in its folder " + folders[0]) + "; see myna eval list");
    }

    /**
     * The first of these folders that exists in the root.
     *
     * @throws DatasetException if none does
     */
    public Path folder(String... names) {
        for (String name : names) {
            if (Files.isDirectory(root.resolve(name))) {
                return root.resolve(name);
            }
        }
        throw DatasetException.absent(
                root + ": no folder " + String.join(" or ", names) + " in it; see myna eval list");
    }

    /** All Parquet files of a folder and its folders, in alphabetical order. */
    public List<Path> parquetOfAll(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder, MAX_DEPTH)) {
            return walk.filter(path -> path.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * The Parquet files of a language in a folder: those with its code as a word of their path. In alphabetical order.
     *
     * @throws DatasetException if there is none
     */
    public List<Path> parquet(Path folder, String... codes) throws IOException {
        List<Path> own = new ArrayList<>();
        for (Path path : parquetOfAll(folder)) {
            List<String> words = List.of(
                    folder.relativize(path).toString().toLowerCase(Locale.ROOT).split("[^a-z]+"));
            for (String code : codes) {
                if (words.contains(code) && !own.contains(path)) {
                    own.add(path);
                }
            }
        }
        if (own.isEmpty()) {
            throw DatasetException.absent(
                    folder + ": no Parquet file with " + String.join(" or ", codes) + " in its name");
        }
        return own;
    }
}
