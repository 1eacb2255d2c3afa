// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

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
 * A row of JSON.
 *
 * @param images names of files, {@code data:} URLs or base64, in order
 * @param prompt the question; null if the row has none, otherwise not blank
 * @param language null if the row does not set it
 */
record RowFields(List<String> images, String prompt, Language language) {
    /** Keys of a row. */
    static final Set<String> KEYS = Set.of("id", "image", "prompt", "lang");

    /**
     * Reads a row. {@code null} values count as absent.
     *
     * @param defaults what is asked about images of rows without a prompt
     * @throws RequestException that names the key with a wrong value, or the missing one
     */
    static RowFields of(Map<String, Object> fields, Prompts defaults) {
        List<String> images = images(fields.get("image"));
        Language language = language(string(fields, "lang"));
        String prompt = string(fields, "prompt");
        if (prompt == null && images.isEmpty() && !defaults.given()) {
            throw new RequestException("the row has no question: give it an \"image\", a \"prompt\" or both");
        }
        if (prompt != null && prompt.isBlank()) {
            throw new RequestException("\"prompt\" is empty");
        }
        return new RowFields(images, prompt, language);
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
                        throw new RequestException("\"image\" must be file names, but contains " + Json.kind(name));
                    }
                    names.add(text);
                }
            }
            case Object other ->
                throw new RequestException(
                        "\"image\" must be a file name or an array of file names, not " + Json.kind(other));
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

    /** The language of a code; null for null. */
    static Language language(String code) {
        if (code == null) {
            return null;
        }
        return Language.byCode(code)
                .orElseThrow(() -> new RequestException(
                        "unknown language '" + code + "': choose one of " + LanguageConverter.codes()));
    }
}
