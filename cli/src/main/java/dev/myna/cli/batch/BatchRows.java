// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.system.Version;
import dev.myna.cli.terminal.Failure;
import dev.myna.engine.Generation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Rows of {@code myna batch}. What does not apply to a row is left out. */
final class BatchRows implements BatchAnswers.Format {
    private final BatchSettings settings;
    private final String digest;

    BatchRows(BatchSettings settings) {
        this.settings = settings;
        this.digest = settings.digest();
    }

    @Override
    public Map<String, Object> answered(BatchQuestion question, Generation generation, String text) {
        Generation.Stats stats = generation.stats();
        return row(
                question,
                null,
                text,
                stats.promptTokens(),
                stats.generatedTokens(),
                generation.finishReason().name().toLowerCase(Locale.ROOT));
    }

    @Override
    public Map<String, Object> failed(BatchQuestion question, Failure failure) {
        return row(question, failure, null, null, null, null);
    }

    private Map<String, Object> row(
            BatchQuestion question,
            Failure failure,
            String text,
            Integer promptTokens,
            Integer outputTokens,
            String finish) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", question.id());
        row.put("prompt", question.prompt().isEmpty() ? null : question.prompt());
        row.put("status", failure == null ? "ok" : "error");
        row.put("error", failure == null ? null : failure.message().orElse("stopped"));
        row.put("code", failure == null ? 0 : failure.exitCode());
        row.put("text", text);
        row.put(
                "language",
                question.language() == null ? null : question.language().code());
        row.put("prompt_tokens", promptTokens);
        row.put("output_tokens", outputTokens);
        row.put("finish_reason", finish);
        row.put("image_sha256", digests(question.images()));
        row.put("model_sha256", settings.decoder());
        row.put("engine_version", Version.current());
        row.put("settings", digest);
        return row;
    }

    /** Of one image a text, of several a list. */
    private static Object digests(List<BatchImage> images) {
        List<String> digests =
                images.stream().map(BatchImage::sha256).filter(Objects::nonNull).toList();
        return switch (digests.size()) {
            case 0 -> null;
            case 1 -> digests.getFirst();
            default -> digests;
        };
    }
}
