// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.run.Sha256;
import dev.myna.eval.tasks.Task;
import dev.myna.loaders.datasets.DatasetException;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.ResampleFilter;
import dev.myna.loaders.image.Resampler;
import dev.myna.loaders.image.RgbImage;
import dev.myna.loaders.io.PendingFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Small copies of the examples' images in a folder of the run, so that a report can be made again when the data are gone. All are made
 * anew from pixels: nothing of an image file of the data gets into a page.
 */
final class Thumbnails {
    private static final int MAX_SIDE = 160;
    private static final int MAX_FILE_BYTES = 256 << 10;

    /** All images of a page, before they are written as text. */
    private static final long MAX_PAGE_BYTES = 6L << 20;

    private final Path folder;
    private long pageBytes;
    private boolean full;

    /** @param folder of the run */
    Thumbnails(Path folder) {
        this.folder = folder.resolve("thumbnails");
    }

    private Path file(String task, String language, String id) {
        return folder.resolve(Sha256.of(task + "\n" + language + "\n" + id).substring(0, 24) + ".png");
    }

    /**
     * Makes the copies of some questions of a task and language.
     *
     * @throws IOException if they cannot be written
     * @throws DatasetException if the data cannot be read
     */
    void make(Task task, String language, Set<String> ids, DataFolder data, TaskOptions options) throws IOException {
        Set<String> wanted = new HashSet<>(ids);
        if (wanted.isEmpty()) {
            return;
        }
        try (Questions questions = task.questions(data, language, options)) {
            Optional<Question> next = questions.next();
            while (next.isPresent()) {
                Question question = next.get();
                if (wanted.remove(question.id()) && !question.images().isEmpty()) {
                    make(file(task.name(), language, question.id()), question);
                }
                next = wanted.isEmpty() ? Optional.empty() : questions.next();
            }
        } catch (EvalException e) {
            throw new DatasetException(e.getMessage(), e);
        }
    }

    private void make(Path file, Question question) throws IOException {
        RgbImage image;
        try {
            image = ImageDecoder.decode(question.images().getFirst(), question.id(), ImageDecoder.Orientation.IGNORE);
        } catch (ImageException e) {
            // The row's own error says so.
            return;
        }
        Files.createDirectories(folder);
        PendingFile.replace(file, Png.of(shrunk(image)));
    }

    private static RgbImage shrunk(RgbImage image) {
        double factor = (double) MAX_SIDE / Math.max(image.width(), image.height());
        if (factor >= 1) {
            return image;
        }
        int width = Math.max(1, (int) Math.round(image.width() * factor));
        int height = Math.max(1, (int) Math.round(image.height() * factor));
        return Resampler.resize(image, width, height, ResampleFilter.BICUBIC);
    }

    /** The copy of a question's first image as a {@code data:} URL; empty if there is none, or the page has enough. */
    Optional<String> url(String task, String language, String id) throws IOException {
        Path file = file(task, language, id);
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_FILE_BYTES) {
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(file);
        if (pageBytes + bytes.length > MAX_PAGE_BYTES) {
            full = true;
            return Optional.empty();
        }
        pageBytes += bytes.length;
        return Optional.of("data:image/png;base64," + Base64.getEncoder().encodeToString(bytes));
    }

    /** Whether images were left out because the page has enough. */
    boolean isFull() {
        return full;
    }

    /** Notes for the reader of a page. */
    List<String> notes() {
        return full
                ? List.of("Some images are left out: a report has at most " + (MAX_PAGE_BYTES >> 20) + " MiB of them.")
                : List.of();
    }
}
