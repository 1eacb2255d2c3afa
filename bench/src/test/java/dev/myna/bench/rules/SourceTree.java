// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of the repository, without what builds and tests make. */
final class SourceTree {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Set<String> SKIPPED_FOLDERS = Set.of("target", "node_modules", "work");
    private static final Pattern SOURCE = Pattern.compile("(.*)/src/(\\w+)/java/(?:(.*)/)?([\\w-]+)\\.java");
    private static final List<Path> FILES = find();

    /**
     * A Java source.
     *
     * @param module folder of the module
     * @param folder of {@code src}: {@code main}, {@code test} or {@code launcher}
     * @param packageName empty for {@code module-info}
     * @param simpleName without suffix
     */
    record Source(Path file, String module, String folder, String packageName, String simpleName) {
        boolean isTest() {
            return folder.equals("test");
        }

        /** Neither {@code package-info} nor {@code module-info}. */
        boolean isClass() {
            return !simpleName.contains("-");
        }

        String name() {
            return packageName + "." + simpleName;
        }
    }

    private SourceTree() {}

    /** All files, in order. */
    static List<Path> files() {
        return FILES;
    }

    /** All Java sources in the usual folders, in order. */
    static List<Source> sources() {
        List<Source> sources = new ArrayList<>();
        for (Path file : FILES) {
            Matcher matcher = SOURCE.matcher(relative(file));
            if (matcher.matches()) {
                String packageName =
                        matcher.group(3) == null ? "" : matcher.group(3).replace('/', '.');
                sources.add(new Source(file, matcher.group(1), matcher.group(2), packageName, matcher.group(4)));
            }
        }
        return sources;
    }

    /** A file's path from the root, with slashes. */
    static String relative(Path file) {
        return ROOT.relativize(file).toString().replace('\\', '/');
    }

    /** A file's text; bytes that are not UTF-8 become U+FFFD. */
    static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static List<Path> find() {
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    String name = String.valueOf(folder.getFileName());
                    boolean skipped = SKIPPED_FOLDERS.contains(name) || name.startsWith(".") && !name.equals(".ci");
                    return skipped && !folder.equals(ROOT) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    files.add(file);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.sort(null);
        if (files.size() < 500 || !files.contains(ROOT.resolve("README.md"))) {
            throw new IllegalStateException(ROOT + " is not the root of the repository");
        }
        return List.copyOf(files);
    }
}
