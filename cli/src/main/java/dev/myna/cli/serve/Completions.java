// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import dev.myna.cli.serve.Answers.Wanted;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Scheduler;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** The two routes that generate text: a request's JSON to the scheduler's terms, and the answer back. */
final class Completions {
    private static final Set<String> STREAM_OPTIONS = Set.of("include_usage", "include_obfuscation");

    private final Scheduler scheduler;
    private final ServerSettings settings;
    private final Sampling sampling;
    private final TextBound bound;
    private final Pictures pictures;
    private final RequestBodies bodies;
    private final ServerJson json;
    private final Answers answers;

    Completions(
            Scheduler scheduler,
            ServerSettings settings,
            Sampling sampling,
            TextBound bound,
            Pictures pictures,
            RequestBodies bodies,
            ServerJson json,
            Answers answers) {
        this.scheduler = scheduler;
        this.settings = settings;
        this.sampling = sampling;
        this.bound = bound;
        this.pictures = pictures;
        this.bodies = bodies;
        this.json = json;
        this.answers = answers;
    }

    /**
     * A request understood.
     *
     * @param usage whether a stream is to end with the usage
     */
    private record Asked(ChatRequest request, GenerationOptions options, boolean stream, boolean usage) {}

    /** {@code POST /v1/chat/completions}. */
    void chat(Visit visit) throws IOException {
        try (Pictures.Album album = pictures.album()) {
            Asked asked =
                    asked(visit, Parameters.CHAT, body -> ChatMessages.read(body, album), "messages", sampling::chat);
            answer(visit, asked, new ChatReply(settings.model(), settings.version()), true);
        }
    }

    /** {@code POST /v1/completions}. */
    void completion(Visit visit) throws IOException {
        Asked asked = asked(visit, Parameters.COMPLETION, Completions::prompt, "prompt", sampling::completion);
        answer(visit, asked, new CompletionReply(settings.model(), settings.version()), false);
    }

    private interface Reading<T> {
        T read(Fields body);
    }

    private Asked asked(
            Visit visit,
            Set<String> honoured,
            Reading<ChatRequest> reading,
            String param,
            Reading<GenerationOptions> options)
            throws IOException {
        try (RequestBodies.Body bytes = bodies.read(visit.exchange())) {
            Fields body = Fields.of(json.object(bytes.take()));
            Parameters.check(body, honoured);
            String model = body.text("model");
            if (model != null && !settings.serves(model)) {
                throw ApiException.notFound(
                        "model",
                        "model_not_found",
                        "there is no model '" + Fields.shown(model) + "' here; this server has '" + settings.model()
                                + "'");
            }
            boolean stream = body.flag("stream", false);
            boolean usage = usage(body, stream);
            // Options first: they are cheap to check, pictures are not.
            GenerationOptions chosen = options.read(body).withGrammar(ResponseFormats.read(body));
            ChatRequest request = reading.read(body);
            bound.check(request, param);
            return new Asked(request, chosen, stream, usage);
        }
    }

    private static boolean usage(Fields body, boolean stream) {
        Fields options = body.object("stream_options");
        if (options == null) {
            return false;
        }
        if (!stream) {
            throw ApiException.value("stream_options", "stream_options needs stream to be true");
        }
        options.only(STREAM_OPTIONS);
        if (options.flag("include_obfuscation", false)) {
            throw ApiException.invalid(
                    "stream_options.include_obfuscation",
                    "unsupported_parameter",
                    "parameter 'stream_options.include_obfuscation' is not supported here");
        }
        return options.flag("include_usage", false);
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

    private void answer(Visit visit, Asked asked, Reply reply, boolean trimmed) throws IOException {
        settings.firstAnswer().run();
        try (Generation generation = scheduler.submit(asked.request(), asked.options())) {
            Wanted wanted =
                    new Wanted(generation, reply, trimmed, asked.options().logprobs() >= 0, asked.usage());
            try {
                if (asked.stream()) {
                    answers.stream(wanted, visit);
                } else {
                    answers.whole(wanted, visit);
                }
            } finally {
                visit.stats(generation.stats());
            }
        }
    }
}
