// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import dev.myna.eval.data.Answered;
import dev.myna.eval.data.Gold;
import dev.myna.eval.data.Verdict;
import dev.myna.eval.run.StoredRun;
import dev.myna.eval.tasks.Task;
import dev.myna.eval.tasks.TaskList;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Writes the page: headline, plot and tables of each task, examples, settings. It has no script and loads nothing. */
final class ReportPage {
    private static final int MAX_PROMPT = 700;
    private static final int MAX_ANSWER = 700;
    private static final int MAX_CATEGORIES = 400;
    private static final int MAX_PROBLEMS = 20;

    private final StoredRun run;
    private final Map<String, Examples> examples;
    private final Thumbnails thumbnails;
    private final Map<?, ?> options;
    private final StringBuilder out = new StringBuilder();

    /** @param examples by task */
    ReportPage(StoredRun run, Map<String, Examples> examples, Thumbnails thumbnails) {
        this.run = run;
        this.examples = examples;
        this.thumbnails = thumbnails;
        this.options = Numbers.map(run.head(), "options");
    }

    /** The page as HTML. */
    String html() throws IOException {
        List<TaskView> tasks = TaskView.of(run.head());
        String model = Numbers.text(run.head(), "model");
        String title = "Evaluation" + (model.isEmpty() ? "" : " of " + model);
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; ")
                .append("style-src 'unsafe-inline'\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
                .append(Html.escape(title))
                .append("</title>\n<style>\n")
                .append(css())
                .append("</style>\n</head>\n<body>\n<main>\n<h1>")
                .append("<bdi>")
                .append(Html.escape(title))
                .append("</bdi></h1>\n<p class=\"soft\">")
                .append(Html.escape(subtitle()))
                .append("</p>\n");
        if (tasks.size() > 1) {
            contents(tasks);
        }
        for (TaskView task : tasks) {
            task(task);
        }
        settings();
        out.append("</main>\n</body>\n</html>\n");
        return out.toString();
    }

    private static String css() {
        try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String subtitle() {
        Map<?, ?> timing = Numbers.map(run.head(), "timing");
        StringBuilder line = new StringBuilder("myna eval");
        String version = Numbers.text(run.head(), "myna");
        line.append(version.isEmpty() ? "" : " " + version);
        double rate = Numbers.of(timing, "questions_per_second");
        if (!Double.isNaN(rate)) {
            line.append(" · ")
                    .append(Numbers.score(rate))
                    .append(" questions per second with ")
                    .append(Numbers.count(Numbers.of(timing, "parallel")))
                    .append(" at once");
            if (!Double.isNaN(Numbers.of(timing, "tower_share"))) {
                line.append(" · time of answers: ")
                        .append(percent(timing, "tower_share"))
                        .append(" vision tower, ")
                        .append(percent(timing, "prefill_share"))
                        .append(" prefill, ")
                        .append(percent(timing, "decode_share"))
                        .append(" decode");
            }
        }
        return line.toString();
    }

    private static String percent(Map<?, ?> timing, String name) {
        return Numbers.count(100 * Numbers.of(timing, name)) + " %";
    }

    private void contents(List<TaskView> tasks) {
        out.append("<nav><table>\n<tr><th>Task</th><th class=\"n\">Mean</th><th class=\"n\">Gap</th></tr>\n");
        for (TaskView task : tasks) {
            out.append("<tr><td><a href=\"#task-")
                    .append(Html.escape(task.name()))
                    .append("\">")
                    .append(Html.escape(task.name()))
                    .append("</a></td>");
            number(Numbers.score(Numbers.of(task.summary(), "mean")));
            number(task.multilingual() ? Numbers.score(Numbers.of(task.summary(), "gap")) : "–");
            out.append("</tr>\n");
        }
        out.append("</table></nav>\n");
    }

    private void task(TaskView task) throws IOException {
        out.append("<section id=\"task-")
                .append(Html.escape(task.name()))
                .append("\">\n<h2>")
                .append(Html.escape(task.name()))
                .append("</h2>\n<p class=\"soft\">");
        TaskList.byName(task.name())
                .map(Task::description)
                .ifPresent(text -> out.append(Html.escape(text)).append(". "));
        out.append("Scorer <code>")
                .append(Html.escape(Numbers.text(task.summary(), "scorer")))
                .append("</code>, image mode <code>")
                .append(Html.escape(Numbers.text(task.summary(), "image_mode")))
                .append("</code>.</p>\n");
        headline(task);
        out.append("<figure>").append(Plot.of(List.of(task))).append("</figure>\n");
        languages(task);
        categories(task);
        problems(task);
        Examples own = examples.get(task.name());
        if (own != null) {
            examples(task.name(), "Worst answers", own.worst());
            examples(task.name(), "Best answers", own.best());
        }
        out.append("<h3>How these scores came about</h3>\n<ul>\n");
        Quirks.of(task, options)
                .forEach(text -> out.append("<li>").append(Html.escape(text)).append("</li>\n"));
        out.append("</ul>\n</section>\n");
    }

    private void headline(TaskView task) {
        out.append("<div class=\"headline\"><div><b>")
                .append(Numbers.score(Numbers.of(task.summary(), "mean")))
                .append("</b><span>")
                .append(task.multilingual() ? "mean of " + task.languages().size() + " languages" : "score")
                .append("</span></div>");
        if (task.multilingual()) {
            out.append("<div><b>")
                    .append(Numbers.score(Numbers.of(task.summary(), "gap")))
                    .append("</b><span>gap between ")
                    .append(named(task, "best"))
                    .append(" and ")
                    .append(named(task, "worst"))
                    .append("</span></div>");
        }
        out.append("</div>\n");
    }

    private static String named(TaskView task, String name) {
        String code = Numbers.text(task.summary(), name);
        Map<?, ?> language = task.languages().getOrDefault(code, Map.of());
        return Html.escape(LanguageNames.english(code)) + " (" + Numbers.score(Numbers.of(language, "score")) + ")";
    }

    /** The verdicts that have a column: those that say something, and the others if they occur. */
    private static List<Verdict.Kind> kinds(TaskView task) {
        List<Verdict.Kind> kinds = new ArrayList<>();
        for (Verdict.Kind kind : Verdict.Kind.values()) {
            boolean rare = kind == Verdict.Kind.PARTIAL || kind == Verdict.Kind.GROUPED;
            if (!rare
                    || task.languages().values().stream()
                            .anyMatch(each -> Numbers.of(Numbers.map(each, "counts"), kind.label()) > 0)) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    private void languages(TaskView task) {
        List<Verdict.Kind> kinds = kinds(task);
        out.append(
                        "<h3>By language</h3>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"By language\"><table>\n<tr>")
                .append("<th scope=\"col\">Language</th>");
        column("Score");
        column("95 %");
        countColumns(kinds);
        column("Malformed rows");
        out.append("</tr>\n");
        task.ranking().forEach(entry -> {
            Map<?, ?> language = task.languages().get(entry.getKey());
            out.append("<tr><th scope=\"row\">")
                    .append(Html.escape(LanguageNames.english(entry.getKey())))
                    .append(" <small>")
                    .append(Html.escape(entry.getKey()))
                    .append("</small></th>");
            number(Numbers.score(entry.getValue()));
            Map<?, ?> interval = Numbers.map(language, "interval");
            number(
                    interval.isEmpty()
                            ? "–"
                            : Numbers.score(Numbers.of(interval, "low")) + "–"
                                    + Numbers.score(Numbers.of(interval, "high")));
            counts(Numbers.map(language, "counts"), kinds);
            number(Numbers.count(Numbers.of(language, "malformed_rows")));
            out.append("</tr>\n");
        });
        out.append("</table></div>\n");
        metrics(task);
    }

    private void countColumns(List<Verdict.Kind> kinds) {
        column("Questions");
        for (Verdict.Kind kind : kinds) {
            column(words(kind));
        }
        column("Other language");
    }

    private void counts(Map<?, ?> counts, List<Verdict.Kind> kinds) {
        number(Numbers.count(Numbers.of(counts, "questions")));
        for (Verdict.Kind kind : kinds) {
            number(Numbers.count(Numbers.of(counts, kind.label())));
        }
        number(Numbers.count(Numbers.of(counts, "other_language")));
    }

    private static String words(Verdict.Kind kind) {
        return switch (kind) {
            case RIGHT -> "Right";
            case PARTIAL -> "Partial";
            case WRONG -> "Wrong";
            case UNDECIDED -> "Undecided";
            case FORMAT_ERROR -> "Format errors";
            case UNANSWERED -> "Unanswered";
            case GROUPED -> "In groups";
        };
    }

    private void column(String name) {
        out.append("<th scope=\"col\" class=\"n\">").append(name).append("</th>");
    }

    private void number(String text) {
        out.append("<td class=\"n\">").append(text).append("</td>");
    }

    private void metrics(TaskView task) {
        TreeSet<String> names = new TreeSet<>();
        task.languages()
                .values()
                .forEach(language ->
                        Numbers.map(language, "metrics").keySet().forEach(name -> names.add(name.toString())));
        if (names.isEmpty()) {
            return;
        }
        out.append("<details><summary>Other metrics</summary><div class=\"wide\" tabindex=\"0\" role=\"region\" ")
                .append("aria-label=\"Other metrics\"><table>\n<tr><th scope=\"col\">Language</th>");
        names.forEach(name -> column(Html.escape(name.replace('_', ' '))));
        out.append("</tr>\n");
        task.languages().forEach((code, language) -> {
            out.append("<tr><th scope=\"row\">")
                    .append(Html.escape(LanguageNames.english(code)))
                    .append("</th>");
            names.forEach(name -> number(Numbers.score(Numbers.of(Numbers.map(language, "metrics"), name))));
            out.append("</tr>\n");
        });
        out.append("</table></div></details>\n");
    }

    private void categories(TaskView task) {
        int lines = 0;
        for (Map<?, ?> language : task.languages().values()) {
            lines += Numbers.map(language, "categories").size();
        }
        if (lines == 0) {
            return;
        }
        out.append("<h3>By category</h3>\n");
        TreeSet<String> names = new TreeSet<>();
        task.languages()
                .values()
                .forEach(language ->
                        Numbers.map(language, "categories").keySet().forEach(name -> names.add(name.toString())));
        out.append("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Scores by category\"><table>\n")
                .append("<tr><th scope=\"col\">Category</th>");
        task.languages().keySet().forEach(code -> column(Html.escape(code)));
        out.append("</tr>\n");
        names.stream().limit(MAX_CATEGORIES).forEach(name -> {
            out.append("<tr><th scope=\"row\" dir=\"auto\">")
                    .append(Html.escape(name))
                    .append("</th>");
            task.languages()
                    .values()
                    .forEach(language -> number(Numbers.score(Numbers.of(Numbers.map(language, "categories"), name))));
            out.append("</tr>\n");
        });
        out.append("</table></div>\n<details><summary>Counts by category</summary><div class=\"wide\" tabindex=\"0\" ")
                .append(
                        "role=\"region\" aria-label=\"Counts by category\"><table>\n<tr><th scope=\"col\">Category</th>")
                .append("<th scope=\"col\">Language</th>");
        column("Score");
        List<Verdict.Kind> kinds = kinds(task);
        countColumns(kinds);
        out.append("</tr>\n");
        int[] shown = {0};
        names.forEach(name -> task.languages().forEach((code, language) -> {
            Map<?, ?> counts = Numbers.map(Numbers.map(language, "category_counts"), name);
            if (!counts.isEmpty() && shown[0]++ < MAX_CATEGORIES) {
                out.append("<tr><th scope=\"row\" dir=\"auto\">")
                        .append(Html.escape(name))
                        .append("</th><td>")
                        .append(Html.escape(code))
                        .append("</td>");
                number(Numbers.score(Numbers.of(Numbers.map(language, "categories"), name)));
                counts(counts, kinds);
                out.append("</tr>\n");
            }
        }));
        out.append("</table></div></details>\n");
        if (names.size() > MAX_CATEGORIES || shown[0] > MAX_CATEGORIES) {
            out.append("<p class=\"soft\">The first ")
                    .append(MAX_CATEGORIES)
                    .append(" lines; all are in <code>")
                    .append(Html.escape(task.name()))
                    .append(".csv</code>.</p>\n");
        }
    }

    private void problems(TaskView task) {
        List<String> problems = new ArrayList<>();
        task.languages().forEach((code, language) -> {
            if (language.get("problems") instanceof List<?> list) {
                list.forEach(each -> problems.add(code + ": " + each));
            }
        });
        if (problems.isEmpty()) {
            return;
        }
        out.append("<h3>Rows that could not be asked</h3>\n<ul>\n");
        problems.stream()
                .limit(MAX_PROBLEMS)
                .forEach(text -> out.append("<li dir=\"auto\">")
                        .append(Html.escape(text))
                        .append("</li>\n"));
        out.append("</ul>\n");
        if (problems.size() > MAX_PROBLEMS) {
            out.append("<p class=\"soft\">The first ")
                    .append(MAX_PROBLEMS)
                    .append("; <code>results.json</code> has more.</p>\n");
        }
    }

    private void examples(String task, String title, Map<String, List<StoredRun.Row>> byLanguage) throws IOException {
        if (byLanguage.values().stream().allMatch(List::isEmpty)) {
            return;
        }
        out.append("<h3>").append(title).append("</h3>\n<div class=\"cards\">\n");
        for (Map.Entry<String, List<StoredRun.Row>> entry : byLanguage.entrySet()) {
            for (StoredRun.Row row : entry.getValue()) {
                card(task, entry.getKey(), row);
            }
        }
        out.append("</div>\n");
        thumbnails
                .notes()
                .forEach(note -> out.append("<p class=\"soft\">").append(note).append("</p>\n"));
    }

    private void card(String task, String code, StoredRun.Row row) throws IOException {
        Answered answered = row.answered();
        Optional<String> image = thumbnails.url(task, code, answered.id());
        out.append("<article><header><strong>")
                .append(Html.escape(LanguageNames.english(code)))
                .append("</strong> <span class=\"verdict ")
                .append(row.verdict().kind().label())
                .append("\">")
                .append(words(row.verdict().kind()))
                .append("</span><small dir=\"auto\">")
                .append(Html.shortened(answered.id(), 60))
                .append("</small></header>\n");
        if (image.isPresent()) {
            out.append("<img alt=\"Image of the question\" src=\"")
                    .append(image.get())
                    .append("\">\n");
        } else {
            out.append("<p class=\"none\">no image stored</p>\n");
        }
        String tag = LanguageNames.tag(code);
        out.append("<dl>");
        item("Question", answered.prompt(), MAX_PROMPT, tag);
        item("Expected", String.join(" / ", Gold.right(answered.gold())), MAX_ANSWER, tag);
        if (answered.error().isEmpty()) {
            item("Answer", answered.answer(), MAX_ANSWER, row.otherLanguage() ? "" : tag);
        }
        out.append("<dt>Why</dt><dd>").append(why(row)).append("</dd></dl></article>\n");
    }

    private void item(String name, String text, int max, String tag) {
        out.append("<dt>")
                .append(name)
                .append("</dt><dd class=\"data\" dir=\"auto\"")
                .append(tag.isEmpty() ? "" : " lang=\"" + Html.escape(tag) + "\"")
                .append('>')
                .append(text.isEmpty() ? "<em>empty</em>" : Html.shortened(text, max))
                .append("</dd>");
    }

    private static String why(StoredRun.Row row) {
        String read = row.verdict().read();
        String basis = read.isEmpty() ? "" : "read as <bdi>" + Html.shortened(read, 80) + "</bdi>";
        String reason = switch (row.verdict().kind()) {
            case RIGHT -> basis.isEmpty() ? "the rule accepts it" : basis;
            case PARTIAL -> "score " + Numbers.score(100 * row.score()) + " of 100";
            case WRONG -> basis.isEmpty() ? "differs from what is expected" : basis;
            case UNDECIDED -> "the rule finds no answer in the text";
            case FORMAT_ERROR -> "not in the format that the question asks for";
            case UNANSWERED -> "<bdi>" + Html.shortened(row.answered().error(), 300) + "</bdi>";
            case GROUPED -> "counts with its group";
        };
        return row.otherLanguage() ? reason + "; in another language than the question" : reason;
    }

    private void settings() {
        out.append("<section>\n<h2>Settings, versions, digests</h2>\n")
                .append(
                        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Settings\"><table class=\"settings\">\n");
        Map<String, String> flat = new LinkedHashMap<>();
        run.head().forEach((name, value) -> {
            if (!name.equals("tasks")) {
                flatten(name, value, flat);
            }
        });
        flat.forEach((name, value) -> out.append("<tr><th scope=\"row\">")
                .append(Html.escape(name))
                .append("</th><td dir=\"auto\">")
                .append(Html.escape(value))
                .append("</td></tr>\n"));
        out.append("</table></div>\n</section>\n");
    }

    private static void flatten(String name, Object value, Map<String, String> flat) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, inner) -> flatten(name + " · " + key, inner, flat));
        } else {
            flat.put(name.replace('_', ' '), value == null ? "–" : value.toString());
        }
    }
}
