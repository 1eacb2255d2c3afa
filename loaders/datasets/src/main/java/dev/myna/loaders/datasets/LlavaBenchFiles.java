// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The three files of a language in the multilingual LLaVA-Bench (docs/spec/evaluation.md 1). English has other names, and most
 * languages lie in a folder {@code corrected}.
 *
 * @param questions {@code questions.jsonl} or {@code question.jsonl}
 * @param answers reference answers: {@code answers_gpt4.jsonl} or {@code answers.jsonl}
 * @param context {@code context.jsonl}
 */
public record LlavaBenchFiles(Path questions, Path answers, Path context) {
    /**
     * Looks for the files of a language.
     *
     * @param folder of the language
     * @throws DatasetException if one is missing
     */
    public static LlavaBenchFiles in(Path folder) {
        Path corrected = folder.resolve("corrected");
        Path base = Files.isDirectory(corrected) ? corrected : folder;
        return new LlavaBenchFiles(
                either(base, "questions.jsonl", "question.jsonl"),
                either(base, "answers_gpt4.jsonl", "answers.jsonl"),
                either(base, "context.jsonl", "context.jsonl"));
    }

    private static Path either(Path folder, String first, String second) {
        for (String name : new String[] {first, second}) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        throw DatasetException.absent(
                folder + ": no " + first + (first.equals(second) ? "" : " and no " + second) + " in this folder");
    }

    /** Captions by image. A list of captions is joined by LF. */
    public Map<String, String> captions() throws IOException {
        Map<String, String> captions = new LinkedHashMap<>();
        for (DataRow row : all(context)) {
            Object caption = row.get("caption");
            String text = caption instanceof List<?> lines
                    ? String.join("\n", lines.stream().map(String::valueOf).toList())
                    : String.valueOf(caption);
            captions.put(row.text("image"), text);
        }
        return captions;
    }

    /**
     * All rows of one of these files, which are small. Here a malformed row is fatal: questions, references and answers are paired by
     * their order.
     *
     * @throws DatasetException if a row is malformed
     */
    public static List<DataRow> all(Path file) throws IOException {
        List<DataRow> rows = new ArrayList<>();
        try (JsonLinesReader reader = JsonLinesReader.open(file)) {
            reader.next().ifPresent(rows::add);
            while (!rows.isEmpty()) {
                var next = reader.next();
                if (next.isEmpty()) {
                    break;
                }
                rows.add(next.get());
            }
            if (reader.problems().count() > 0) {
                throw new DatasetException(reader.problems().first().getFirst().toString());
            }
        }
        return rows;
    }
}
