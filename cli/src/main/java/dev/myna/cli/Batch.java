// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Message;
import dev.myna.engine.RequestException;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.RgbImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code --jsonl}: one question a line in, one result a line out, in the same order; a bad row is a result too. */
final class Batch {
    private final MynaCommand root;
    private final ModelArguments arguments;
    private final PromptArguments defaults;
    private final GenerationOptions options;

    Batch(MynaCommand root, ModelArguments arguments, PromptArguments defaults, GenerationOptions options) {
        this.root = root;
        this.arguments = arguments;
        this.defaults = defaults;
        this.options = options;
    }

    /** Answers every row of {@code source}, a file or {@code -}. */
    int run(String source) throws IOException {
        Console console = root.console();
        SessionOptions sessionOptions = arguments.sessionOptions();
        try (BufferedReader rows = new BufferedReader(new InputStreamReader(open(source), StandardCharsets.UTF_8));
                ModelFiles.Loaded loaded = ModelFiles.open(
                        arguments, sessionOptions, ModelFiles.Vision.IF_PRESENT, console, root.warmUp());
                Session session = loaded.model().newSession(sessionOptions)) {
            root.useModel();
            Report report = new Report(loaded, options, arguments.threads);
            int number = 0;
            int failed = 0;
            for (String row = rows.readLine(); row != null; row = rows.readLine()) {
                number++;
                if (row.isBlank()) {
                    continue;
                }
                Map<String, Object> result = answer(row, number, session, report);
                console.out().line(Json.text(result));
                failed += result.get("status").equals("ok") ? 0 : 1;
                if ("cancelled".equals(result.get("finish_reason"))) {
                    return ExitCode.INTERRUPTED;
                }
            }
            if (failed > 0) {
                console.note(failed + " of " + number + " rows failed: see their \"error\"");
            }
        }
        return ExitCode.OK;
    }

    private InputStream open(String source) throws IOException {
        if (source.equals("-")) {
            return root.console().in();
        }
        try {
            return Files.newInputStream(Path.of(source));
        } catch (NoSuchFileException e) {
            throw new RequestException("cannot read " + source + ": there is no such file");
        }
    }

    private Map<String, Object> answer(String row, int number, Session session, Report report) throws IOException {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("id", number);
        try {
            Map<String, Object> fields = Json.object(row);
            if (fields.get("id") != null) {
                result.put("id", fields.get("id"));
            }
            Language language = language(fields.get("lang"));
            Message message = Message.of(question(fields.get("prompt"), language), pictures(fields.get("image")));
            session.clear();
            try (Generation generation = session.generate(message, options)) {
                root.interruption().watch(generation::close);
                root.warmUp().end();
                String text = generation.text().strip();
                result.put("status", "ok");
                result.putAll(report.result(generation, text, language));
            } finally {
                root.interruption().watch(null);
            }
        } catch (RuntimeException e) {
            Failure failure = Failure.of(e);
            result.put("status", "error");
            result.put("error", failure.message().orElse("stdout is closed"));
            result.put("code", failure.exitCode());
        }
        return result;
    }

    private Language language(Object code) {
        if (code == null) {
            return defaults.language;
        }
        return Language.byCode(code.toString())
                .orElseThrow(() -> new RequestException(
                        "unknown language '" + code + "': choose one of " + LanguageConverter.codes()));
    }

    private static String question(Object prompt, Language language) {
        return prompt == null ? (language == null ? Language.EN : language).describe() : prompt.toString();
    }

    private RgbImage[] pictures(Object image) throws IOException {
        List<?> names = image == null ? List.of() : image instanceof List<?> list ? list : List.of(image);
        List<RgbImage> pictures = new ArrayList<>();
        for (Object name : names) {
            if (name.equals("-")) {
                throw new RequestException("a row cannot take its picture from stdin: give a file name");
            }
            pictures.add(Inputs.picture(name.toString(), InputStream.nullInputStream(), defaults.orientation()));
        }
        return pictures.toArray(RgbImage[]::new);
    }
}
