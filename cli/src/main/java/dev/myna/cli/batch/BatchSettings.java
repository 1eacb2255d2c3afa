// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.system.Version;
import dev.myna.cli.text.Json;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Model;
import dev.myna.engine.SessionOptions;
import dev.myna.eval.run.Sha256;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the answers of a batch depend on, besides questions. Numbers of threads and of answers at once do not change them.
 *
 * @param values by name, as the journal's first line has them
 * @param decoder SHA-256 of the decoder's file
 */
record BatchSettings(Map<String, Object> values, String decoder) {
    private static final int DIGEST = 16;

    /**
     * Collects settings.
     *
     * @param files SHA-256 of each model file, the decoder's first
     * @param form identity of the form of answers, or none
     */
    static BatchSettings of(
            Model model,
            Map<String, String> files,
            SessionOptions session,
            GenerationOptions options,
            String form,
            String exif,
            int languageTries) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("engine_version", Version.current());
        values.put("model_files", files);
        values.put("prompt_format", model.info().promptFormat());
        values.put("device", model.info().device().replaceFirst(", \\d+ threads?$", ""));
        values.put("kernels", model.info().kernels());
        values.put("context", session.contextSize());
        values.put("cache", session.keyType() + "/" + session.valueType());
        values.put("image_mode", session.imageMode().name());
        values.put("chat_format", Sha256.of(session.chatFormat().toString()).substring(0, DIGEST));
        values.put("mixture", session.mixture().name());
        values.put("template_arguments", session.templateArguments().toString());
        values.put("exif", exif);
        values.put("max_tokens", options.maxTokens());
        values.put("temperature", options.temperature());
        values.put("top_k", options.topK());
        values.put("top_p", options.topP());
        values.put("min_p", options.minP());
        values.put("repeat_penalty", options.repeatPenalty());
        values.put("presence_penalty", options.presencePenalty());
        values.put("frequency_penalty", options.frequencyPenalty());
        values.put("logit_bias", new TreeMap<>(options.logitBias()).toString());
        values.put("seed", options.seed());
        values.put("stop", options.stop());
        values.put("reasoning_budget", options.reasoningBudget());
        values.put("form", form);
        values.put("ensure_language", Math.max(0, languageTries));
        return new BatchSettings(values, files.values().iterator().next());
    }

    /** The first 16 hexadecimal digits of the SHA-256 of the settings. */
    String digest() {
        return Sha256.of(Json.text(values)).substring(0, DIGEST);
    }
}
