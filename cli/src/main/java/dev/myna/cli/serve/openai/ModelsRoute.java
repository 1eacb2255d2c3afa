// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Model;
import dev.myna.engine.Scheduler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The answers of {@code /v1/models}: OpenAI's fields, and in {@code meta} facts on the model for pages and programs. */
public final class ModelsRoute {
    private final ServerSettings settings;
    private final Map<String, Object> card = new LinkedHashMap<>();

    public ModelsRoute(Model model, Scheduler scheduler, ServerSettings settings) {
        this.settings = settings;
        card.put("id", settings.model());
        card.put("object", "model");
        card.put("created", Instant.now().getEpochSecond());
        card.put("owned_by", "myna");
        card.put("meta", meta(model, scheduler));
    }

    private Map<String, Object> meta(Model model, Scheduler scheduler) {
        Model.Info info = model.info();
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("name", info.name());
        meta.put("version", settings.version());
        meta.put("n_ctx", scheduler.contextSize());
        meta.put("n_ctx_train", info.contextLength());
        meta.put("n_vocab", model.tokenizer().size());
        meta.put("size", info.weightBytes());
        meta.put("slots", scheduler.stats().slots());
        meta.put("vision", info.seesImages());
        meta.put("image_tokens", info.imageTokens().orElse(null));
        meta.put("max_images", settings.limits().images());
        meta.put("max_body_bytes", settings.limits().bodyBytes());
        meta.put("languages", languages());
        defaults(meta, settings.defaults());
        return meta;
    }

    private static List<Map<String, Object>> languages() {
        List<Map<String, Object>> languages = new ArrayList<>();
        for (Language language : Language.values()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("code", language.code());
            one.put("name", language.nativeName());
            one.put("rtl", language.rightToLeft());
            one.put("describe", language.describe());
            languages.add(one);
        }
        return languages;
    }

    /** Defaults of requests. */
    private static void defaults(Map<String, Object> meta, GenerationOptions options) {
        meta.put("max_tokens", options.maxTokens());
        meta.put("temperature", options.temperature());
        meta.put("top_k", options.topK());
        meta.put("top_p", options.topP());
        meta.put("min_p", options.minP());
        meta.put("repeat_penalty", options.repeatPenalty());
    }

    public Map<String, Object> list() {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("object", "list");
        list.put("data", List.of(card));
        return list;
    }

    /** @throws ApiException if the server has no such model */
    public Map<String, Object> one(String id) {
        if (!settings.serves(id)) {
            throw ApiException.notFound(
                    "model", "model_not_found", "unknown model; this server has '" + settings.model() + "'");
        }
        return card;
    }
}
