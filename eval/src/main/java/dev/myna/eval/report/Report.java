// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.run.StoredRun;
import dev.myna.eval.tasks.Task;
import dev.myna.eval.tasks.TaskList;
import dev.myna.loaders.datasets.DatasetException;
import dev.myna.loaders.io.PendingFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The report of a finished run: {@code report.html}, which loads nothing from elsewhere, and {@code plot.svg}. */
public final class Report {
    private Report() {}

    /**
     * Writes both files into the folder of a run, from {@code results.json} and {@code predictions.jsonl} there. Small copies of the
     * examples' images are kept in its folder {@code thumbnails}.
     *
     * @param data where images of examples are; without it, those that are in {@code thumbnails} are shown
     * @return notes for the user, a line each: what is missing in the report
     * @throws EvalException if the folder has no results, or they are damaged
     * @throws IOException if a file cannot be read or written
     */
    public static List<String> write(Path folder, Optional<DataFolder> data) throws IOException {
        return write(folder, data, TaskList.ALL);
    }

    /**
     * The same with tasks that are not in the list of tasks.
     *
     * @param tasks that know the images; the first with a name counts
     */
    public static List<String> write(Path folder, Optional<DataFolder> data, List<Task> tasks) throws IOException {
        StoredRun run = StoredRun.read(folder);
        TaskOptions options = TaskOptions.of(Numbers.map(run.head(), "options"));
        Thumbnails thumbnails = new Thumbnails(folder);
        Map<String, Examples> examples = new LinkedHashMap<>();
        List<String> notes = new ArrayList<>();
        for (Map.Entry<String, Map<String, List<StoredRun.Row>>> entry :
                run.rows().entrySet()) {
            Examples own = Examples.of(entry.getValue());
            examples.put(entry.getKey(), own);
            Optional<Task> task = tasks.stream()
                    .filter(each -> each.name().equals(entry.getKey()))
                    .findFirst();
            if (data.isEmpty() || task.isEmpty()) {
                continue;
            }
            for (String language : entry.getValue().keySet()) {
                Set<String> ids = own.ids(language);
                try {
                    thumbnails.make(task.get(), language, ids, data.get(), options);
                } catch (DatasetException e) {
                    notes.add("the report has no images of " + entry.getKey() + " " + language + ": " + e.getMessage());
                }
            }
        }
        String page = new ReportPage(run, examples, thumbnails).html();
        if (thumbnails.isFull()) {
            notes.addAll(thumbnails.notes());
        }
        PendingFile.replace(folder.resolve("report.html"), page.getBytes(StandardCharsets.UTF_8));
        PendingFile.replace(
                folder.resolve("plot.svg"), Plot.of(TaskView.of(run.head())).getBytes(StandardCharsets.UTF_8));
        return notes;
    }
}
