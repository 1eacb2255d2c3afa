// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.command.Inputs;
import dev.myna.cli.options.ImageNames;
import dev.myna.cli.system.UserPath;
import dev.myna.cli.text.Utf8Lines;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.datasets.NaMode;
import dev.myna.loaders.datasets.ParquetReader;
import dev.myna.loaders.datasets.TsvReader;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.PatternSyntaxException;

/**
 * The inputs that a command line names, one after the other: folders, patterns, images, rows, tables, lists of names, stdin.
 *
 * @param stdin for {@code -}
 * @param notes takes lines on what is ignored
 */
record Sources(Prompts prompts, Orientation orientation, InputStream stdin, Consumer<String> notes) {
    private static final String GLOB = ".*[*?\\[{].*";

    /** Opens inputs one after the other. */
    BatchSource open(List<String> inputs) {
        inputs.forEach(Sources::check);
        return new BatchSource() {
            private int index;
            private BatchSource current;
            private long items;

            @Override
            public List<BatchQuestion> next() throws IOException {
                while (true) {
                    if (current == null) {
                        if (index == inputs.size()) {
                            return List.of();
                        }
                        current = one(inputs.get(index++));
                    }
                    List<BatchQuestion> questions = current.next();
                    if (!questions.isEmpty()) {
                        items++;
                        return questions.stream()
                                .map(question -> question.ofItem(items))
                                .toList();
                    }
                    current.close();
                    current = null;
                }
            }

            @Override
            public void close() throws IOException {
                if (current != null) {
                    current.close();
                }
            }
        };
    }

    /**
     * Reports what is certainly wrong before a model is loaded.
     *
     * @throws RequestException if an input is not there
     */
    private static void check(String input) {
        if (input.isEmpty()) {
            throw new RequestException("an input is empty: name a folder, a pattern, an image, a file of rows, or -");
        }
        String file = input.startsWith("@") && !exists(input) ? input.substring(1) : input;
        if (file.equals("-") || exists(file) || file.matches("(?s)" + GLOB)) {
            return;
        }
        throw new RequestException("no input " + file + ": there is no such file or folder");
    }

    private static boolean exists(String name) {
        try {
            return Files.exists(UserPath.of(name));
        } catch (RequestException e) {
            return false;
        }
    }

    private BatchSource one(String input) throws IOException {
        if (input.equals("-")) {
            return lines(
                    new FilterInputStream(stdin) {
                        @Override
                        public void close() {
                            // stdin belongs to the process.
                        }
                    },
                    "stdin",
                    LinesSource.Kind.EITHER);
        }
        if (!exists(input)) {
            return input.startsWith("@")
                    ? lines(Inputs.open(UserPath.of(input.substring(1))), input, LinesSource.Kind.NAMES)
                    : pattern(input);
        }
        Path path = UserPath.of(input);
        if (Files.isDirectory(path)) {
            return new FolderSource(
                    path,
                    path,
                    file -> ImageNames.hasImageEnding(file.getFileName().toString()),
                    prompts,
                    orientation,
                    notes);
        }
        return switch (ending(input)) {
            case "jsonl", "ndjson" -> lines(Inputs.open(path), input, LinesSource.Kind.JSON);
            case "tsv" -> new TableSource(TsvReader.open(path, NaMode.LITERAL), input, prompts, orientation);
            case "parquet" -> new TableSource(ParquetReader.open(path, Set.of()), input, prompts, orientation);
            case "txt", "list" -> lines(Inputs.open(path), input, LinesSource.Kind.NAMES);
            default -> new OneImage(input);
        };
    }

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private LinesSource lines(InputStream in, String name, LinesSource.Kind kind) {
        return new LinesSource(new Utf8Lines(in, name), kind, prompts, orientation, notes);
    }

    /** An image that is named directly. */
    private final class OneImage implements BatchSource {
        private final String name;
        private boolean given;

        OneImage(String name) {
            this.name = name;
        }

        @Override
        public List<BatchQuestion> next() {
            if (given) {
                return List.of();
            }
            given = true;
            return prompts.questions(1, name, List.of(BatchImage.file(name, orientation)), null, null);
        }

        @Override
        public void close() {}
    }

    /** The files that match a pattern such as {@code photos/**.jpg}. */
    private BatchSource pattern(String pattern) throws IOException {
        Path base = Path.of(base(pattern));
        try {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            boolean here = base.toString().isEmpty();
            BatchSource source = new FolderSource(
                    here ? Path.of(".") : base,
                    here ? Path.of(".") : null,
                    file -> matcher.matches(here ? Path.of(".").relativize(file) : file),
                    prompts,
                    orientation,
                    null);
            return new NotEmpty(source, pattern);
        } catch (PatternSyntaxException | InvalidPathException e) {
            throw new RequestException(pattern + " is no pattern: "
                    + e.getMessage().lines().findFirst().orElse(""));
        }
    }

    /** The folders of a pattern in front of its first special character. */
    private static String base(String pattern) {
        int special = 0;
        while (special < pattern.length() && "*?[{".indexOf(pattern.charAt(special)) < 0) {
            special++;
        }
        int slash = pattern.lastIndexOf('/', special);
        return slash < 0 ? "" : slash == 0 ? "/" : pattern.substring(0, slash);
    }

    /** Complains if nothing matches. */
    private record NotEmpty(BatchSource source, String pattern, boolean[] found) implements BatchSource {
        NotEmpty(BatchSource source, String pattern) {
            this(source, pattern, new boolean[1]);
        }

        @Override
        public List<BatchQuestion> next() throws IOException {
            List<BatchQuestion> questions = source.next();
            if (questions.isEmpty() && !found[0]) {
                throw new RequestException(pattern + ": no file matches this pattern");
            }
            found[0] = true;
            return questions;
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    /**
     * About how many items inputs have, for the remaining time.
     *
     * @return -1 if that cannot be known
     */
    static long count(List<String> inputs) throws IOException {
        long total = 0;
        for (String input : inputs) {
            Path path = input.equals("-") || !exists(input) ? null : UserPath.of(input);
            if (path != null && Files.isDirectory(path)) {
                try (var walk = Files.walk(path)) {
                    total += walk.map(file -> String.valueOf(file.getFileName()))
                            .filter(name -> !name.startsWith(".") && ImageNames.hasImageEnding(name))
                            .count();
                }
            } else if (path != null
                    && Files.isRegularFile(path)
                    && List.of("jsonl", "ndjson", "txt", "list").contains(ending(input))) {
                total += lines(path);
            } else if (path != null && ImageNames.hasImageEnding(input)) {
                total++;
            } else if (path == null && input.startsWith("@") && Files.isRegularFile(UserPath.of(input.substring(1)))) {
                total += lines(UserPath.of(input.substring(1)));
            } else {
                return -1;
            }
        }
        return total;
    }

    private static long lines(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            long lines = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
            }
            return lines;
        }
    }
}
