// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.Part;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.RequestException;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.JsonText;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.tasks.JudgedTask;
import dev.myna.eval.tasks.Task;
import dev.myna.loaders.datasets.DatasetException;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Asks a model the questions of tasks, many at once, and writes answers and scores to a folder. Answers that are in the folder's journal
 * already are not asked again: a run that was interrupted, or killed, goes on where it was and ends with the same results.
 */
public final class EvalRun {
    private static final String PLACE = Question.IMAGE;

    private final Model model;
    private final RunSettings settings;
    private final Path out;
    private final RunListener listener;
    private final Optional<Judging> judging;
    private long answeredBefore;
    private volatile boolean stopped;
    private volatile Scheduler running;

    /** What the questions of a task share. */
    private record Parts(Scheduler scheduler, Journal journal, Timing timing, QuestionTotals totals) {}

    /** @param out folder for results; created if it does not exist */
    public EvalRun(Model model, RunSettings settings, Path out, RunListener listener) {
        this(model, settings, out, listener, Optional.empty());
    }

    /** @param judging of free answers; its options are part of the settings, and the caller closes it */
    public EvalRun(Model model, RunSettings settings, Path out, RunListener listener, Optional<Judging> judging) {
        this.model = model;
        this.settings = settings;
        this.out = out;
        this.listener = listener;
        this.judging = judging;
    }

    /** Ends the run with a {@link CancellationException}; what has been answered is kept. For any thread. */
    public void stop() {
        stopped = true;
        judging.ifPresent(Judging::stop);
        Scheduler scheduler = running;
        if (scheduler != null) {
            scheduler.close();
        }
    }

    /**
     * Runs tasks one after the other and writes all results.
     *
     * @param languages codes; empty for all that the folder has data of
     * @throws DatasetException if there are no data of a task
     * @throws IOException if a file cannot be read or written
     * @throws CancellationException if it was stopped
     */
    public Results run(List<Task> tasks, DataFolder data, List<String> languages) throws IOException {
        Files.createDirectories(out);
        Results results = new Results(settings);
        Timing timing = new Timing(settings.parallel());
        answeredBefore = 0;
        try (Journal journal = new Journal(out.resolve("journal.jsonl"));
                QuestionTotals totals = new QuestionTotals(tasks, data, languages, settings)) {
            for (Task task : tasks) {
                ImageMode mode = settings.imageMode().orElse(task.imageMode());
                SchedulerOptions options = SchedulerOptions.builder()
                        .slots(settings.parallel())
                        .queueLength(settings.parallel())
                        .session(settings.session().toBuilder().imageMode(mode).build())
                        .build();
                try (Scheduler scheduler = model.newScheduler(options)) {
                    running = scheduler;
                    run(task, mode, data, languages, new Parts(scheduler, journal, timing, totals), results);
                } finally {
                    running = null;
                }
            }
        }
        results.timing(timing.toMap());
        results.write(out);
        return results;
    }

    private void run(Task task, ImageMode mode, DataFolder data, List<String> languages, Parts parts, Results results)
            throws IOException {
        RuntimeException missing = null;
        int found = 0;
        for (String language : task.languages()) {
            if (!languages.isEmpty() && !languages.contains(language)) {
                continue;
            }
            try (Questions questions = task.questions(data, language, settings.options())) {
                List<Answered> rows = answers(task, mode, language, questions, parts);
                if (judging.isPresent() && task instanceof JudgedTask judged) {
                    rows = judging.get().reviewed(judged, language, rows);
                }
                if (!rows.isEmpty() || questions.problemCount() > 0) {
                    found++;
                    results.add(task, mode, language, rows, questions.problemCount(), questions.problems());
                }
            } catch (DatasetException e) {
                if (!languages.isEmpty() || !e.isAbsent()) {
                    throw e;
                }
                missing = e;
            }
        }
        if (found == 0) {
            throw missing != null
                    ? missing
                    : new DatasetException(data.root() + ": no questions of " + task.name() + " in these languages");
        }
    }

    private List<Answered> answers(Task task, ImageMode mode, String language, Questions questions, Parts parts)
            throws IOException {
        List<Answered> rows = new ArrayList<>();
        ArrayDeque<Future<Answered>> waiting = new ArrayDeque<>();
        int[] reused = {0};
        ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
        try {
            int asked = 0;
            Optional<Question> next = questions.next();
            while (next.isPresent() && (settings.limit() == 0 || asked < settings.limit())) {
                if (stopped) {
                    throw new CancellationException();
                }
                Question question = next.get();
                asked++;
                waiting.add(workers.submit(() -> answer(task, mode, language, question, parts, reused)));
                if (waiting.size() >= settings.parallel()) {
                    rows.add(taken(waiting.poll()));
                    tell(task, language, rows, reused, parts);
                }
                next = questions.next();
            }
            while (!waiting.isEmpty()) {
                rows.add(taken(waiting.poll()));
                tell(task, language, rows, reused, parts);
            }
        } finally {
            if (!waiting.isEmpty()) {
                parts.scheduler.close();
            }
            workers.close();
        }
        answeredBefore += rows.size();
        return rows;
    }

    private void tell(Task task, String language, List<Answered> rows, int[] reused, Parts parts) {
        int known;
        synchronized (reused) {
            known = reused[0];
        }
        OptionalLong all = parts.totals.all();
        listener.answered(new RunProgress(
                task.name(),
                language,
                rows.size(),
                Math.min(known, rows.size()),
                parts.totals.of(task.name(), language),
                all.isPresent() ? OptionalLong.of(Math.max(0, all.getAsLong() - answeredBefore - rows.size())) : all,
                () -> Results.scored(task, language, rows, settings.options()).score()));
    }

    private static Answered taken(Future<Answered> answer) throws IOException {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case UncheckedIOException io -> throw io.getCause();
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private Answered answer(Task task, ImageMode mode, String language, Question question, Parts parts, int[] reused) {
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("task", task.name());
        identity.put("language", language);
        identity.put("id", question.id());
        if (!question.system().isEmpty()) {
            identity.put("system", question.system());
        }
        identity.put("turns", question.turns());
        identity.put("images", question.images().stream().map(Sha256::of).toList());
        identity.put("max_tokens", question.maxTokens());
        identity.put("settings", settings.identity(mode));
        String key = Sha256.of(JsonText.line(identity));
        Optional<String> known = parts.journal.answer(key);
        if (known.isPresent()) {
            synchronized (reused) {
                reused[0]++;
            }
            parts.timing.reused();
            return new Answered(question.id(), question.prompt(), question.gold(), known.get(), "");
        }
        try {
            return asked(task, language, question, parts, key);
        } catch (ImageException | RequestException | GenerationException e) {
            return new Answered(question.id(), question.prompt(), question.gold(), "", e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalStateException e) {
            if (stopped) {
                throw new CancellationException();
            }
            throw e;
        }
    }

    private Answered asked(Task task, String language, Question question, Parts parts, String key) throws IOException {
        List<RgbImage> images = new ArrayList<>();
        for (byte[] encoded : question.images()) {
            images.add(ImageDecoder.decode(encoded, question.id(), ImageDecoder.Orientation.IGNORE));
        }
        GenerationOptions options =
                GenerationOptions.builder().maxTokens(question.maxTokens()).build();
        List<ChatMessage> conversation = new ArrayList<>();
        if (!question.system().isEmpty()) {
            conversation.add(new ChatMessage.System(question.system()));
        }
        String answer = "";
        Generation last = null;
        int from = 0;
        for (int turn = 0; turn < question.turns().size(); turn++) {
            String text = question.turns().get(turn);
            int end = turn == last(question) ? images.size() : Math.min(images.size(), from + places(text));
            conversation.add(new ChatMessage.User(message(text, images.subList(from, end))));
            from = end;
            last = parts.scheduler.submit(new ChatRequest.Chat(conversation), options);
            answer = last.text();
            if (last.finishReason() == Generation.FinishReason.CANCELLED) {
                throw new CancellationException();
            }
            parts.timing.turn(last.stats());
            conversation.add(new ChatMessage.Assistant(answer));
        }
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("key", key);
        entry.put("task", task.name());
        entry.put("language", language);
        entry.put("id", question.id());
        entry.put("answer", answer);
        if (last != null) {
            entry.put("finish", last.finishReason().name());
            entry.put("prompt_tokens", last.stats().promptTokens());
            entry.put("generated_tokens", last.stats().generatedTokens());
        }
        parts.journal.add(key, answer, entry);
        parts.timing.answered();
        return new Answered(question.id(), question.prompt(), question.gold(), answer, "");
    }

    /** The turn that gets the images that are left: the last one with places, or the first one. */
    private static int last(Question question) {
        for (int turn = question.turns().size() - 1; turn > 0; turn--) {
            if (places(question.turns().get(turn)) > 0) {
                return turn;
            }
        }
        return 0;
    }

    private static int places(String text) {
        int count = 0;
        for (int at = text.indexOf(PLACE); at >= 0; at = text.indexOf(PLACE, at + PLACE.length())) {
            count++;
        }
        return count;
    }

    /** Images at their places in the text; in front of it where it has none. Places without an image vanish. */
    static Message message(String text, List<RgbImage> images) {
        List<Part> parts = new ArrayList<>();
        if (!text.contains(PLACE)) {
            images.forEach(image -> parts.add(new Part.Image(image)));
            parts.add(new Part.Text(text));
            return new Message(parts);
        }
        int from = 0;
        int image = 0;
        for (int at = text.indexOf(PLACE); at >= 0; at = text.indexOf(PLACE, from)) {
            if (at > from) {
                parts.add(new Part.Text(text.substring(from, at)));
            }
            if (image < images.size()) {
                parts.add(new Part.Image(images.get(image++)));
            }
            from = at + PLACE.length();
        }
        if (from < text.length()) {
            parts.add(new Part.Text(text.substring(from)));
        }
        return new Message(parts);
    }
}
