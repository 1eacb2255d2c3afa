// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.system.HostFacts;
import dev.myna.cli.system.Version;
import dev.myna.cli.text.Controls;
import dev.myna.cli.text.Json;
import dev.myna.cli.text.Units;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.ImagePlan;
import dev.myna.engine.Language;
import dev.myna.engine.Model;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.ToolCall;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Figures of a run, for people and for programs. */
final class Report {
    private static final double NANOS_PER_SECOND = 1e9;

    /** An image whose pixels become fewer by more than this factor has lost details. */
    private static final double REDUCED = 1.2;

    private final ModelFiles.Loaded loaded;
    private final GenerationOptions options;
    private final int threads;

    /** @param threads as given; 0 means one per core */
    Report(ModelFiles.Loaded loaded, GenerationOptions options, int threads) {
        this.loaded = loaded;
        this.options = options;
        this.threads = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** Lines for {@code --verbose}, before the answer. */
    List<String> describeModel(String question) {
        Model.Info info = loaded.model().info();
        return List.of(
                "model    " + Controls.oneLine(info.name()) + ", " + info.family() + ", "
                        + Units.bytes(info.weightBytes()) + ", context " + info.contextLength(),
                "prompt   " + info.promptFormat() + ", " + describePositions(info),
                "device   " + info.device(),
                "sampling " + describeSampling(),
                "question " + Controls.oneLine(question));
    }

    private static String describePositions(Model.Info info) {
        if (!info.seesImages()) {
            return "no images";
        }
        return info.imageTokens()
                .map(n -> n + " positions per image")
                .orElseGet(() -> "positions of an image depend on its size: "
                        + info.images().orElse(""));
    }

    /** Lines for {@code --verbose}: the tiles of each image, for any-resolution models. */
    List<String> describeImages(RgbImage[] images, ImageMode mode) {
        List<String> lines = new ArrayList<>();
        for (RgbImage image : images) {
            Optional<ImagePlan> alone = loaded.model().plan(image.width(), image.height(), mode);
            Optional<ImagePlan> plan = loaded.model().plan(image.width(), image.height(), mode, images.length);
            plan.ifPresent(cut -> lines.add("image  " + describe(image, cut)));
            if (plan.isEmpty() && alone.isPresent()) {
                lines.add("image  " + image.width() + "x" + image.height()
                        + " as one tile: this model cuts an image into tiles only if it is the only one");
            }
        }
        return lines;
    }

    private static String describe(RgbImage image, ImagePlan plan) {
        if (plan.tiles() == 1
                && plan.canvasWidth() == plan.resizedWidth()
                && plan.canvasHeight() == plan.resizedHeight()) {
            boolean reduced =
                    (long) plan.resizedWidth() * plan.resizedHeight() * REDUCED < (long) image.width() * image.height();
            return image.width() + "x" + image.height() + " as " + plan.resizedWidth() + "x" + plan.resizedHeight()
                    + ": "
                    + plan.keptRows() + " x " + plan.keptColumns() + " patches, " + plan.positions() + " positions"
                    + (reduced ? "; reduced: --image-tokens MIN,MAX allows more" : "");
        }
        return image.width() + "x" + image.height() + " on a canvas of " + plan.canvasWidth() + "x"
                + plan.canvasHeight() + " as " + plan.resizedWidth() + "x" + plan.resizedHeight() + ": " + plan.tiles()
                + " tiles, " + plan.keptRows() + " x " + plan.keptColumns() + " patches kept, " + plan.positions()
                + " positions";
    }

    /** Line for {@code --verbose}: the size of the full KV cache. */
    static String describeCache(Session session, SessionOptions options) {
        return "cache    " + session.contextSize() + " positions, keys " + options.keyType() + ", values "
                + options.valueType() + ": " + Units.bytes(session.cacheBytes()) + " when full";
    }

    /** Line for {@code --verbose}: memory for weights, cache and scratch on a device with its own memory. */
    Optional<String> describeDeviceMemory() {
        long bytes = loaded.model().deviceMemory();
        return bytes == 0
                ? Optional.empty()
                : Optional.of("memory   " + Units.bytes(bytes) + " on the device (" + bytes + " bytes)");
    }

    /** Lines for {@code --verbose}: expert weights per image, for models with experts. */
    List<String> routers(Generation generation) {
        List<String> lines = new ArrayList<>();
        for (float[] weights : generation.routers()) {
            if (weights.length > 0) {
                StringBuilder line = new StringBuilder("experts ");
                for (float weight : weights) {
                    line.append(String.format(Locale.ROOT, " %.3f", weight));
                }
                lines.add(line.toString());
            }
        }
        return lines;
    }

    /** Lines after an answer of a conversation: expert weights and times. */
    List<String> answer(Generation generation) {
        List<String> lines = routers(generation);
        Generation.Stats stats = generation.stats();
        lines.add("[" + (stats.imageNanos() > 0 ? "image " + seconds(stats.imageNanos()) + ", " : "") + "prompt "
                + stage(stats.promptTokens() - stats.cachedTokens(), stats.promptNanos()) + " after "
                + stats.cachedTokens() + " kept, answer "
                + stage(stats.generatedTokens(), stats.generationNanos()) + "]");
        return lines;
    }

    /** Lines for stderr, after the answer. */
    List<String> timings(Generation generation) {
        Generation.Stats stats = generation.stats();
        StringBuilder times = new StringBuilder("load " + seconds(loaded.loadNanos()));
        if (stats.imageTokens() > 0) {
            times.append(", image ").append(seconds(stats.imageNanos()));
        }
        int promptTokens = stats.promptTokens() - stats.cachedTokens();
        times.append(", prompt ").append(stage(promptTokens, stats.promptNanos()));
        times.append(", answer ").append(stage(stats.generatedTokens(), stats.generationNanos()));
        String machine = threads
                + (threads == 1 ? " thread" : " threads")
                + HostFacts.peakMemory()
                        .map(bytes -> ", peak memory " + Units.bytes(bytes))
                        .orElse("")
                + (options.temperature() > 0 ? ", seed " + options.seed() : "")
                + (generation.finishReason() == Generation.FinishReason.LENGTH ? ", stopped at the token limit" : "");
        return List.of("[" + times + "]", "[" + machine + "]");
    }

    /** The answer and all figures, for {@code --json}. */
    Map<String, Object> result(Generation generation, String answer, Language language) {
        Generation.Stats stats = generation.stats();
        Map<String, Object> times = new LinkedHashMap<>();
        times.put("load", milliseconds(loaded.loadNanos()));
        times.put("image", milliseconds(stats.imageNanos()));
        times.put("prompt", milliseconds(stats.promptNanos()));
        times.put("generation", milliseconds(stats.generationNanos()));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("answer", answer);
        String reasoning = generation.message().reasoning();
        if (reasoning != null) {
            result.put("reasoning", reasoning);
        }
        if (!generation.message().calls().isEmpty()) {
            result.put(
                    "tool_calls",
                    generation.message().calls().stream().map(Report::call).toList());
        }
        if (language != null) {
            result.put("language", language.code());
            result.put("direction", language.rightToLeft() ? "rtl" : "ltr");
        }
        result.put("finish_reason", generation.finishReason().name().toLowerCase(Locale.ROOT));
        result.put("prompt_tokens", stats.promptTokens());
        result.put("image_tokens", stats.imageTokens());
        result.put("output_tokens", stats.generatedTokens());
        result.put("milliseconds", times);
        result.put("seed", options.seed());
        result.put("model", loaded.model().info().name());
        result.put("device", loaded.model().info().device());
        result.put("version", Version.current());
        return result;
    }

    /** A call as an object of JSON: its arguments are one, too. */
    static Map<String, Object> call(ToolCall call) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("id", call.id());
        values.put("name", call.name());
        try {
            values.put("arguments", Json.object(call.arguments()));
        } catch (RequestException e) {
            // The answer was cut off in the middle of them.
            values.put("arguments", call.arguments());
        }
        return values;
    }

    private String describeSampling() {
        if (options.temperature() == 0) {
            return "greedy, at most " + options.maxTokens() + " tokens";
        }
        return "temperature " + options.temperature() + ", top-k " + options.topK() + ", top-p " + options.topP()
                + ", min-p " + options.minP() + ", seed " + options.seed() + ", at most " + options.maxTokens()
                + " tokens";
    }

    private static String stage(int tokens, long nanos) {
        String count = tokens + (tokens == 1 ? " token in " : " tokens in ") + seconds(nanos);
        return nanos == 0 ? count : count + String.format(Locale.ROOT, " (%.1f/s)", tokens * NANOS_PER_SECOND / nanos);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / NANOS_PER_SECOND);
    }

    private static double milliseconds(long nanos) {
        return Math.round(nanos / 1e4) / 100.0;
    }
}
