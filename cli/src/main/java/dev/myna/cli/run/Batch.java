// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.batch.BatchAnswers;
import dev.myna.cli.batch.BatchLoop;
import dev.myna.cli.batch.BatchQuestion;
import dev.myna.cli.batch.LinesSource;
import dev.myna.cli.batch.Prompts;
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
import dev.myna.cli.text.Utf8Lines;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SessionOptions;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code --jsonl}: one question per line in, one result per line out, in the same order. A bad row gives a result with an error. The
 * next image is decoded while an answer is computed.
 */
final class Batch {
    /** One is answered, and the next one is made ready. */
    private static final int ACTIVE = 2;

    private final CommandContext context;
    private final ModelArguments arguments;
    private final PromptArguments defaults;
    private final SamplingArguments sampling;
    private final FormArguments form;
    private final GivenOptions given;

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
        SchedulerOptions slots = SchedulerOptions.builder()
                .slots(1)
                .queueLength(ACTIVE)
                .session(sessionOptions)
                .prefixBytes(0)
                .build();
        BatchLoop.Totals totals;
        Utf8Lines lines = open(source);
        try (ModelFiles.Loaded loaded = ModelFiles.open(
                        arguments, sessionOptions, ModelFiles.Vision.IF_PRESENT, console, context.warmUp());
                Scheduler scheduler = loaded.model().newScheduler(slots)) {
            context.useModel();
            GenerationOptions options = form.apply(sampling.options(loaded.model(), given, console));
            Report report = new Report(loaded, options, arguments.threads);
            BatchLoop loop = new BatchLoop(
                    new BatchLoop.Options(ACTIVE, ACTIVE, true, 0),
                    new BatchAnswers(scheduler, options, new Results(report)));
            context.interruption().watch(loop::stop);
            context.warmUp().end();
            try {
                totals = loop.run(
                        new LinesSource(lines, LinesSource.Kind.JSON, prompts(), defaults.orientation(), console::note),
                        (row, _) -> console.out().line(row),
                        scheduler::close);
            } finally {
                context.interruption().watch(null);
            }
        }
        if (totals.rows() == 0) {
            console.note(source + " has no rows");
        }
        if (totals.errors() > 0) {
            console.note(totals.errors() + " of " + totals.rows() + " rows failed: see their \"error\"");
        }
        return totals.errors() > 0 && totals.errors() == totals.rows() ? ExitCode.GENERATION : ExitCode.OK;
    }

    private Prompts prompts() {
        return new Prompts(List.of(), defaults.language == null ? List.of() : List.of(defaults.language));
    }

    private Utf8Lines open(String source) {
        return source.equals("-")
                ? new Utf8Lines(context.console().in(), "stdin")
                : new Utf8Lines(Inputs.open(UserPath.of(source)), source);
    }

    /** Rows with the figures of {@code --json}. */
    private record Results(Report report) implements BatchAnswers.Format {
        @Override
        public Map<String, Object> answered(BatchQuestion question, Generation generation, String text) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", question.id());
            row.put("status", "ok");
            row.putAll(report.result(generation, text, question.language()));
            return row;
        }

        @Override
        public Map<String, Object> failed(BatchQuestion question, Failure failure) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", question.id());
            row.put("status", "error");
            row.put("error", failure.message().orElse("stopped"));
            row.put("code", failure.exitCode());
            return row;
        }
    }
}
