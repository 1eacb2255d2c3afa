// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.ClientErrors;
import dev.myna.cli.serve.http.Exchange;
import dev.myna.cli.serve.http.Limits;
import dev.myna.cli.serve.http.LiveResponse;
import dev.myna.cli.serve.http.Responses;
import dev.myna.cli.serve.http.ServerJson;
import dev.myna.cli.serve.http.Watchdog;
import dev.myna.cli.serve.metrics.Call;
import dev.myna.cli.text.AnswerText;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.Generation;
import dev.myna.engine.Generation.TokenChoice;
import dev.myna.engine.tools.AnswerEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Sends an answer while it is generated, or when it is complete. Both ways notice when the client has gone. */
public final class Answers {
    private static final byte[] PING = ": ping\n\n".getBytes(StandardCharsets.US_ASCII);

    /** White space before a JSON value has no meaning. */
    private static final byte[] BLANK = "\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerJson json;
    private final Limits limits;
    private final Watchdog watchdog;
    private final Problems problems;

    /** Maps exceptions to errors for clients, and logs the cause of internal ones. */
    public interface Problems {
        ApiException clientError(Throwable problem);
    }

    public Answers(ServerJson json, Limits limits, Watchdog watchdog, Problems problems) {
        this.json = json;
        this.limits = limits;
        this.watchdog = watchdog;
        this.problems = problems;
    }

    /**
     * An answer, and the form the client asks for.
     *
     * @param trimmed whether white space around the answer is dropped
     * @param logprobs whether log probabilities are included
     * @param usage whether a last chunk has the usage
     */
    record AnswerRequest(Generation generation, Reply reply, boolean trimmed, boolean logprobs, boolean usage) {

        UnaryOperator<String> trimming() {
            if (!trimmed) {
                return UnaryOperator.identity();
            }
            AnswerText text = new AnswerText();
            return text::accept;
        }
    }

    /**
     * Sends the answer when it is complete.
     *
     * @throws IOException if the client has gone
     */
    void whole(AnswerRequest request, Call call) throws IOException {
        Generation generation = request.generation();
        try (LiveResponse live = live(call, Responses.JSON, BLANK, generation)) {
            StringBuilder answer = new StringBuilder();
            try {
                UnaryOperator<String> trimming = request.trimming();
                List<AnswerEvent> events = generation.nextEvents();
                while (!events.isEmpty()) {
                    call.text();
                    for (AnswerEvent event : events) {
                        if (event instanceof AnswerEvent.Content(String text)) {
                            answer.append(trimming.apply(text));
                        }
                    }
                    events = generation.nextEvents();
                }
                requireEnd(generation, live);
            } catch (RuntimeException | Error e) {
                if (live.abandon()) {
                    throw e;
                }
                // The response has begun as a success. Only a closed connection tells the client of the failure.
                problems.clientError(e);
                throw new IOException("failed after the response had begun", e);
            }
            List<TokenChoice> tokens = request.logprobs() ? generation.choices() : null;
            String finish = Reply.finish(generation.finishReason());
            ChatMessage.Assistant message = generation.message();
            Map<String, Object> choice = request.reply()
                    .whole(
                            new ChatMessage.Assistant(answer.toString(), message.reasoning(), message.calls()),
                            finish,
                            tokens);
            live.finish(json.bytes(request.reply().body(choice, generation.stats())));
        }
    }

    /**
     * Sends the answer piece by piece, as server-sent events.
     *
     * @throws IOException if the client has gone
     */
    void stream(AnswerRequest request, Call call) throws IOException {
        Generation generation = request.generation();
        call.exchange().responseHeaders().set("X-Accel-Buffering", "no");
        try (LiveResponse live = live(call, "text/event-stream; charset=utf-8", PING, generation)) {
            try {
                pieces(request, call, live);
            } catch (RuntimeException | Error e) {
                if (live.abandon()) {
                    throw e;
                }
                live.finish(event(json.bytes(json.error(problems.clientError(e)))));
                return;
            }
            live.finish(DONE);
        }
    }

    private void pieces(AnswerRequest request, Call call, LiveResponse live) throws IOException {
        Generation generation = request.generation();
        Reply reply = request.reply();
        UnaryOperator<String> trimming = request.trimming();
        int reported = 0;
        List<AnswerEvent> events = generation.nextEvents();
        if (events.isEmpty()) {
            // Before the first byte, an error can still be sent as one. An empty answer is an answer, too.
            requireEnd(generation, live);
        }
        if (reply.opening() != null) {
            live.write(event(json.bytes(reply.chunk(reply.opening()))));
        }
        while (!events.isEmpty()) {
            call.text();
            List<TokenChoice> tokens = null;
            if (request.logprobs()) {
                List<TokenChoice> all = generation.choices();
                tokens = all.subList(reported, all.size());
                reported = all.size();
            }
            // Log probabilities go with the first event of their tokens, even if its text is empty.
            for (AnswerEvent event : events) {
                AnswerEvent shown = event instanceof AnswerEvent.Content(String text)
                        ? new AnswerEvent.Content(trimming.apply(text))
                        : event;
                boolean empty = shown instanceof AnswerEvent.Content(String text) && text.isEmpty();
                if (!empty || tokens != null && !tokens.isEmpty()) {
                    live.write(event(json.bytes(reply.chunk(reply.delta(shown, null, tokens)))));
                    tokens = request.logprobs() ? List.of() : null;
                }
            }
            events = generation.nextEvents();
        }
        requireEnd(generation, live);
        List<TokenChoice> rest = null;
        if (request.logprobs()) {
            List<TokenChoice> all = generation.choices();
            rest = all.subList(reported, all.size());
        }
        var last = reply.chunk(reply.delta(null, Reply.finish(generation.finishReason()), rest));
        last.put("timings", Reply.timings(generation.stats()));
        live.write(event(json.bytes(last)));
        if (request.usage()) {
            var usage = reply.chunk(null);
            usage.put("usage", Reply.usage(generation.stats()));
            live.write(event(json.bytes(usage)));
        }
    }

    private LiveResponse live(Call call, String contentType, byte[] heartbeat, Generation generation) {
        Exchange exchange = call.exchange();
        return new LiveResponse(exchange, contentType, heartbeat, limits, watchdog, generation::close);
    }

    /** Throws if the generation was cancelled. */
    private static void requireEnd(Generation generation, LiveResponse live) throws IOException {
        if (generation.finishReason() == Generation.FinishReason.CANCELLED) {
            if (live.gone()) {
                throw new IOException("the client has gone");
            }
            throw ClientErrors.shuttingDown();
        }
    }

    private static byte[] event(byte[] content) {
        byte[] event = new byte[DATA.length + content.length + 2];
        System.arraycopy(DATA, 0, event, 0, DATA.length);
        System.arraycopy(content, 0, event, DATA.length, content.length);
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }
}
