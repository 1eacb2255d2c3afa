// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.Inputs;
import dev.myna.cli.options.LanguageConverter;
import dev.myna.cli.text.Json;
import dev.myna.engine.Language;
import dev.myna.engine.error.RequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One question of a batch.
 *
 * @param images names of files, in order
 * @param prompt the question; never blank
 * @param language null if neither the row nor an option says
 */
record BatchRow(List<String> images, String prompt, Language language) {
    /** What a row may say. */
    static final Set<String> KEYS = Set.of("id", "image", "prompt", "lang");

    /**
     * Reads a row; {@code null} values are as if they were not there.
     *
     * @param usual the language where the row says none; may be null
     * @throws RequestException naming the key whose value is of another type, or what is missing
     */
    static BatchRow of(Map<String, Object> fields, Language usual) {
        List<String> images = images(fields.get("image"));
        Language language = language(string(fields, "lang"), usual);
        String prompt = string(fields, "prompt");
        if (prompt == null && images.isEmpty()) {
            throw new RequestException("the row asks nothing: give it an \"image\", a \"prompt\" or both");
        }
        if (prompt != null && prompt.isBlank()) {
            throw new RequestException("\"prompt\" is empty");
        }
        String question = prompt == null ? (language == null ? Language.EN : language).describe() : prompt;
        return new BatchRow(images, question, language);
    }

    private static String string(Map<String, Object> fields, String key) {
        return switch (fields.get(key)) {
            case null -> null;
            case String text -> text;
            case Object other ->
                throw new RequestException("\"" + key + "\" must be a string, not " + Json.kind(other));
        };
    }

    private static List<String> images(Object value) {
        List<String> names = new ArrayList<>();
        switch (value) {
            case null -> {}
            case String name -> names.add(name);
            case List<?> list -> {
                for (Object name : list) {
                    if (!(name instanceof String text)) {
                        throw new RequestException("\"image\" must name files, but holds " + Json.kind(name));
                    }
                    names.add(text);
                }
            }
            case Object other ->
                throw new RequestException(
                        "\"image\" must be a file's name or an array of names, not " + Json.kind(other));
        }
        for (String name : names) {
            if (name.isEmpty()) {
                throw new RequestException("\"image\" is empty");
            }
            if (Inputs.isStdin(name)) {
                throw new RequestException("a row cannot take its image from stdin: give a file name");
            }
        }
        return names;
    }

    private static Language language(String code, Language usual) {
        if (code == null) {
            return usual;
        }
        return Language.byCode(code)
                .orElseThrow(() -> new RequestException(
                        "unknown language '" + code + "': choose one of " + LanguageConverter.codes()));
    }
}
