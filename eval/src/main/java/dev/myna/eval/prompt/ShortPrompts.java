// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.prompt;

import dev.myna.loaders.datasets.PythonText;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The prompts of PangeaBench's sets with short answers (docs/spec/evaluation.md 3.5). */
public final class ShortPrompts {
    private static final Map<String, Object> CAPTIONS = captions();
    private static final Map<String, String> MAXM = Map.of(
            "en",
            "English",
            "fr",
            "French",
            "hi",
            "Hindi",
            "iw",
            "Hebrew",
            "ro",
            "Romanian",
            "th",
            "Thai",
            "zh",
            "Chinese");

    private ShortPrompts() {}

    private static Map<String, Object> captions() {
        try (InputStream in = ShortPrompts.class.getResourceAsStream("/dev/myna/eval/xm100.json")) {
            return JsonTree.object(in.readAllBytes(), 1000);
        } catch (IOException | JsonException e) {
            throw new IllegalStateException(e);
        }
    }

    /** MaRVL, from the first turn of the conversation. */
    public static String marvl(String turn) {
        return PythonText.strip(turn.replace("<image>\n", "")) + ". Answer with the option directly.";
    }

    /** xGQA. */
    public static String xgqa(String question, String language) {
        return PythonText.strip(question) + " Answer the question using a single word or phrase"
                + (language.equals("en") ? "." : " in English.");
    }

    /** MaXM; empty if it does not have the language. */
    public static Optional<String> maxm(String question, String language) {
        return Optional.ofNullable(MAXM.get(language))
                .map(name -> "Given the image and the question, provide a concise answer. " + PythonText.strip(question)
                        + "\nAnswer the question using a single word or phrase in " + name + ".");
    }

    /** XM100; empty if it does not have the language. */
    public static Optional<String> xm100(String language) {
        return Optional.ofNullable((String) CAPTIONS.get(language));
    }

    /** Codes of XM100's languages. */
    public static List<String> xm100Languages() {
        return List.copyOf(CAPTIONS.keySet());
    }
}
