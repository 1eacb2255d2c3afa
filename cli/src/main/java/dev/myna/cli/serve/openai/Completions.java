// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.RequestBodies;
import dev.myna.cli.serve.http.ServerJson;
import dev.myna.cli.serve.http.Workers;
import dev.myna.cli.serve.metrics.Call;
import dev.myna.cli.serve.openai.Answers.AnswerRequest;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Scheduler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The two routes that generate text: reads a request, submits it to the scheduler, sends the answer. */
public final class Completions {
    private static final Set<String> STREAM_OPTIONS =
            Set.of("include_usage", "include_obfuscation", "continuous_usage_stats");

    private final Scheduler scheduler;
    private final ServerSettings settings;
    private final Sampling sampling;
    private final TextBound bound;
    private final Images images;
    private final RequestBodies bodies;
    private final Workers workers;
    private final ServerJson json;
    private final Answers answers;

    public Completions(
            Scheduler scheduler,
            ServerSettings settings,
            Sampling sampling,
            TextBound bound,
            Images images,
            RequestBodies bodies,
            Workers workers,
            ServerJson json,
            Answers answers) {
        this.scheduler = scheduler;
        this.settings = settings;
        this.sampling = sampling;
        this.bound = bound;
        this.images = images;
        this.bodies = bodies;
        this.workers = workers;
        this.json = json;
        this.answers = answers;
    }

    /**
     * A submitted request.
     *
     * @param usage whether a stream ends with the usage
     */
    private record Submitted(
            Generation generation,
            GenerationOptions options,
            boolean stream,
            boolean usage,
            Images.Album album,
            List<String> warnings)
            implements Workers.Prepared {
        @Override
        public void close() {
            generation.close();
            album.close();
        }
    }

    /** Names of the fields of a chat request that have an effect. */
    public static Set<String> chatFields() {
        return Parameters.CHAT;
    }

    /** The differences of the two routes. */
    private record Route(
            Set<String> honoured, String param, Requests requests, Function<Fields, GenerationOptions> options) {}

    private interface Requests {
        ChatRequest read(Fields body, Images.Album album);
    }

    /** {@code POST /v1/chat/completions}. */
    public void chat(Call call) throws IOException {
        Route route = new Route(Parameters.CHAT, "messages", ChatMessages::read, sampling::chat);
        answer(call, route, new ChatReply(settings.model(), settings.version()), true);
    }

    /** {@code POST /v1/completions}. */
    public void completion(Call call) throws IOException {
        Route route =
                new Route(Parameters.COMPLETION, "prompt", (body, _) -> Completions.prompt(body), sampling::completion);
        answer(call, route, new CompletionReply(settings.model(), settings.version()), false);
    }

    /** Reads and submits a request. Runs on a worker. */
    private Submitted submit(RequestBodies.Body bytes, Route route) {
        Fields body = Fields.of(json.object(bytes.take()));
        Parameters.check(body, route.honoured());
        String model = body.text("model");
        if (model != null && !model.isEmpty() && !settings.serves(model)) {
            throw ApiException.notFound(
                    "model",
                    "model_not_found",
                    "unknown model '" + Fields.shown(model) + "'; this server has '" + settings.model() + "'");
        }
        boolean stream = body.flag("stream", false);
        boolean usage = usage(body, stream);
        // Options first: they are cheap to check, images are not.
        GenerationOptions chosen = ResponseFormats.apply(body, route.options().apply(body));
        Images.Album album = images.album();
        try {
            ChatRequest request = route.requests().read(body, album);
            bound.check(request, route.param());
            settings.firstAnswer().run();
            Generation generation = scheduler.submit(request, chosen);
            return new Submitted(generation, chosen, stream, usage, album, warnings(request, generation));
        } catch (RuntimeException | Error e) {
            album.close();
            throw e;
        }
    }

    /** Notes on parts of a request without effect, in ASCII for a header. */
    private List<String> warnings(ChatRequest request, Generation generation) {
        List<String> warnings = new ArrayList<>();
        if (!generation.unenforced().isEmpty()) {
            warnings.add(
                    "schemas not supported, arguments are any object: " + String.join(", ", generation.unenforced()));
        }
        if (request instanceof ChatRequest.Chat chat
                && !scheduler.unreadArguments(chat).isEmpty()) {
            String names = String.join(", ", scheduler.unreadArguments(chat));
            warnings.add("chat_template_kwargs without effect: "
                    + Fields.shown(names).replaceAll("[^ -~]", "?"));
        }
        return warnings;
    }

    private static boolean usage(Fields body, boolean stream) {
        Fields options = body.object("stream_options");
        if (options == null) {
            return false;
        }
        options.only(STREAM_OPTIONS);
        if (options.flag("include_obfuscation", false)) {
            throw ApiException.invalid(
                    "stream_options.include_obfuscation",
                    "unsupported_parameter",
                    "parameter 'stream_options.include_obfuscation' is not supported here");
        }
        if (options.flag("continuous_usage_stats", false)) {
            throw ApiException.invalid(
                    "stream_options.continuous_usage_stats",
                    "unsupported_parameter",
                    "parameter 'stream_options.continuous_usage_stats' is not supported here");
        }
        boolean usage = options.flag("include_usage", false);
        if (usage && !stream) {
            throw ApiException.value("stream_options", "stream_options.include_usage needs stream to be true");
        }
        return usage;
    }

    private static ChatRequest prompt(Fields body) {
        body.require("prompt");
        if (body.get("prompt") instanceof List<?> list && list.size() == 1 && list.getFirst() instanceof String only) {
            return new ChatRequest.Raw(only);
        }
        if (body.get("prompt") instanceof String text) {
            return new ChatRequest.Raw(text);
        }
        throw ApiException.invalid("prompt", "invalid_type", "prompt must be one string");
    }

    private void answer(Call call, Route route, Reply reply, boolean trimmed) throws IOException {
        try (Submitted submitted = read(call, route)) {
            Generation generation = submitted.generation();
            AnswerRequest request = new AnswerRequest(
                    generation, reply, trimmed, submitted.options().logprobs() >= 0, submitted.usage());
            if (!submitted.warnings().isEmpty()) {
                call.exchange().responseHeaders().set("X-Myna-Warning", String.join("; ", submitted.warnings()));
            }
            try {
                if (submitted.stream()) {
                    answers.stream(request, call);
                } else {
                    answers.whole(request, call);
                }
            } finally {
                call.stats(generation.stats());
            }
        }
    }

    private Submitted read(Call call, Route route) throws IOException {
        try (RequestBodies.Body bytes = bodies.read(call.exchange())) {
            return workers.call(call.exchange(), () -> submit(bytes, route));
        }
    }
}
