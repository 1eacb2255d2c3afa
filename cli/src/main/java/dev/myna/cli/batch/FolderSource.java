// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.terminal.Failure;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The files below a folder that are wanted, in the order of their names. Keeps the names of the folders on the way to the current
 * file, and no others. Links to files are followed, links to folders are not; names that begin with a dot are left out.
 */
final class FolderSource implements BatchSource {
    private final Path root;
    private final Path base;
    private final Predicate<Path> wanted;
    private final Prompts prompts;
    private final Orientation orientation;
    private final Consumer<String> notes;
    private final Deque<Iterator<Path>> open = new ArrayDeque<>();
    private boolean begun;
    private long item;
    private long ignored;

    /**
     * @param root where to begin
     * @param base ids are names relative to it; null for whole names
     * @param wanted files to take
     * @param notes takes a line on files that are ignored; null for a pattern, which leaves files out on purpose
     */
    FolderSource(
            Path root,
            Path base,
            Predicate<Path> wanted,
            Prompts prompts,
            Orientation orientation,
            Consumer<String> notes) {
        this.root = root;
        this.base = base;
        this.wanted = wanted;
        this.prompts = prompts;
        this.orientation = orientation;
        this.notes = notes;
    }

    @Override
    public List<BatchQuestion> next() {
        if (!begun) {
            begun = true;
            List<BatchQuestion> problem = enter(root);
            if (!problem.isEmpty()) {
                return problem;
            }
        }
        while (!open.isEmpty()) {
            if (!open.peek().hasNext()) {
                open.pop();
                continue;
            }
            Path path = open.peek().next();
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                List<BatchQuestion> problem = enter(path);
                if (!problem.isEmpty()) {
                    return problem;
                }
            } else if (wanted.test(path) && !Files.isDirectory(path)) {
                return prompts.questions(
                        ++item, id(path), List.of(BatchImage.file(path.toString(), orientation)), null, null);
            } else {
                ignored++;
            }
        }
        if (ignored > 0 && notes != null) {
            notes.accept(root + ": " + ignored
                    + (ignored == 1 ? " file is not named like an image" : " files are not named like images")
                    + " (or a link to a folder): ignored");
            ignored = 0;
        }
        return List.of();
    }

    /** Begins a folder; the question with a problem if it cannot be listed. */
    private List<BatchQuestion> enter(Path folder) {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            for (Path child : stream) {
                if (!child.getFileName().toString().startsWith(".")) {
                    children.add(child);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            IOException cause = e instanceof IOException io ? io : (IOException) e.getCause();
            return List.of(BatchQuestion.broken(
                    ++item,
                    id(folder),
                    new RequestException("the folder " + folder + " cannot be listed: " + Failure.reason(cause))));
        }
        children.sort(Comparator.comparing(child -> child.getFileName().toString()));
        open.push(children.iterator());
        return List.of();
    }

    private String id(Path path) {
        String name = base == null || base.equals(path)
                ? path.toString()
                : base.relativize(path).toString();
        return name.replace('\\', '/');
    }

    @Override
    public void close() {
        open.clear();
    }
}
