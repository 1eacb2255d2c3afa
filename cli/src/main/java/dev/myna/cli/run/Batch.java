// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.FormArguments;
import dev.myna.cli.command.Inputs;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.options.GivenOptions;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.options.SamplingArguments;
import dev.myna.cli.system.UserPath;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Failure;
import dev.myna.cli.text.Json;
import dev.myna.cli.text.Utf8Lines;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;

/** {@code --jsonl}: one question per line in, one result per line out, in the same order. A bad row gives a result with an error. */
final class Batch {
    /** Misspelt keys repeat in every row; other data may have many keys. */
    private static final int MAX_UNKNOWN_KEYS = 10;

    private final CommandContext context;
    private final ModelArguments arguments;
    private final PromptArguments defaults;
    private final SamplingArguments sampling;
    private final FormArguments form;
    private final GivenOptions given;
    private GenerationOptions options;
    private final Set<String> unknownKeys = new TreeSet<>();

    Batch(
            CommandContext context,
            ModelArguments arguments,
            PromptArguments defaults,
            SamplingArguments sampling,
            FormArguments form,
            GivenOptions given) {
        this.context = context;
        this.arguments = arguments;
        this.defaults = defaults;
        this.sampling = sampling;
        this.form = form;
        this.given = given;
    }

    /**
     * Answers every row of {@code source}, a file, a pipe or {@code -}.
     *
     * @param sessionOptions of all rows
     * @return {@link ExitCode#OK} if any row was answered or there was none, {@link ExitCode#GENERATION} if all failed
     */
    int run(SessionOptions sessionOptions, String source) throws IOException {
        Console console = context.console();
        int rows = 0;
        int failed = 0;
        try (Utf8Lines lines = open(source);
                ModelFiles.Loaded loaded = ModelFiles.open(
                        arguments, sessionOptions, ModelFiles.Vision.IF_PRESENT, console, context.warmUp());
                Session session = loaded.model().newSession(sessionOptions)) {
            context.useModel();
            options = form.apply(sampling.options(loaded.model(), given, console));
            Report report = new Report(loaded, options, arguments.threads);
            for (Utf8Lines.Line line = lines.next(); line != null; line = lines.next()) {
                if (line.text() != null && line.text().isBlank()) {
                    continue;
                }
                rows++;
                Map<String, Object> result = answer(line, session, report);
                console.out().line(Json.text(result));
                failed += result.get("status").equals("ok") ? 0 : 1;
                if ("cancelled".equals(result.get("finish_reason"))) {
                    return ExitCode.INTERRUPTED;
                }
            }
        }
        if (rows == 0) {
            console.note(source + " has no rows");
        }
        if (failed > 0) {
            console.note(failed + " of " + rows + " rows failed: see their \"error\"");
        }
        return failed > 0 && failed == rows ? ExitCode.GENERATION : ExitCode.OK;
    }

    private Utf8Lines open(String source) {
        return source.equals("-")
                ? new Utf8Lines(context.console().in(), "stdin")
                : new Utf8Lines(Inputs.open(UserPath.of(source)), source);
    }

    private Map<String, Object> answer(Utf8Lines.Line line, Session session, Report report) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("id", line.number());
        try {
            Map<String, Object> fields = Json.object(line.textOrThrow());
            if (fields.get("id") != null) {
                result.put("id", fields.get("id"));
            }
            noteUnknownKeys(fields.keySet(), line.number());
            BatchRow row = BatchRow.of(fields, defaults.language);
            Message message = Message.of(row.prompt(), images(row));
            session.clear();
            try (Generation generation = session.generate(message, options)) {
                context.interruption().watch(generation::close);
                context.warmUp().end();
                String text = generation.text().strip();
                result.put("status", "ok");
                result.putAll(report.result(generation, text, row.language()));
            } finally {
                context.interruption().watch(null);
            }
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException | IOException e) {
            Failure failure = Failure.of(e);
            result.put("status", "error");
            result.put("error", failure.message().orElse("stopped"));
            result.put("code", failure.exitCode());
        }
        return result;
    }

    /** Notes each unknown key once. */
    private void noteUnknownKeys(Set<String> keys, int line) {
        for (String key : keys) {
            if (!BatchRow.KEYS.contains(key) && unknownKeys.size() < MAX_UNKNOWN_KEYS && unknownKeys.add(key)) {
                context.console()
                        .note("line " + line + ": unknown key \"" + key
                                + "\", ignored in all rows; rows have id, image, prompt, lang"
                                + (unknownKeys.size() == MAX_UNKNOWN_KEYS
                                        ? " (more unknown keys are not listed)"
                                        : ""));
            }
        }
    }

    private RgbImage[] images(BatchRow row) throws IOException {
        List<RgbImage> images = new ArrayList<>();
        for (String name : row.images()) {
            images.add(Inputs.image(name, InputStream.nullInputStream(), defaults.orientation()));
        }
        return images.toArray(RgbImage[]::new);
    }
}
