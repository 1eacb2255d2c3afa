// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.Exchange;
import dev.myna.cli.serve.http.Failures;
import dev.myna.cli.serve.http.Limits;
import dev.myna.cli.serve.http.LiveResponse;
import dev.myna.cli.serve.http.Responses;
import dev.myna.cli.serve.http.ServerJson;
import dev.myna.cli.serve.http.Watchdog;
import dev.myna.cli.serve.metrics.Visit;
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

/** Sends an answer while it is generated, or when it is complete; in both cases notices when nobody waits for it any more. */
public final class Answers {
    private static final byte[] PING = ": ping\n\n".getBytes(StandardCharsets.US_ASCII);

    /** White space before a JSON value means nothing. */
    private static final byte[] BLANK = "\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerJson json;
    private final Limits limits;
    private final Watchdog watchdog;
    private final Problems problems;

    /** Turns failures into what a client is told, keeping the rest for the server's log. */
    public interface Problems {
        ApiException told(Throwable problem);
    }

    public Answers(ServerJson json, Limits limits, Watchdog watchdog, Problems problems) {
        this.json = json;
        this.limits = limits;
        this.watchdog = watchdog;
        this.problems = problems;
    }

    /**
     * One answer and how it is wanted.
     *
     * @param trimmed whether white space around the answer is dropped
     * @param logprobs whether probabilities are wanted
     * @param usage whether a last chunk with the usage is wanted
     */
    record Wanted(Generation generation, Reply reply, boolean trimmed, boolean logprobs, boolean usage) {

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
    void whole(Wanted wanted, Visit visit) throws IOException {
        Generation generation = wanted.generation();
        try (LiveResponse live = live(visit, Responses.JSON, BLANK, generation)) {
            StringBuilder answer = new StringBuilder();
            try {
                UnaryOperator<String> trimming = wanted.trimming();
                List<AnswerEvent> events = generation.nextEvents();
                while (!events.isEmpty()) {
                    visit.text();
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
                // Half of the answer's white space has been sent as a success: only cutting it off says that it is
                // none.
                problems.told(e);
                throw new IOException("failed after the response had begun", e);
            }
            List<TokenChoice> tokens = wanted.logprobs() ? generation.choices() : null;
            String finish = Reply.finish(generation.finishReason());
            ChatMessage.Assistant message = generation.message();
            Map<String, Object> choice = wanted.reply()
                    .whole(
                            new ChatMessage.Assistant(answer.toString(), message.reasoning(), message.calls()),
                            finish,
                            tokens);
            live.finish(json.bytes(wanted.reply().body(choice, generation.stats())));
        }
    }

    /**
     * Sends the answer piece by piece, as server-sent events.
     *
     * @throws IOException if the client has gone
     */
    void stream(Wanted wanted, Visit visit) throws IOException {
        Generation generation = wanted.generation();
        visit.exchange().responseHeaders().set("X-Accel-Buffering", "no");
        try (LiveResponse live = live(visit, "text/event-stream; charset=utf-8", PING, generation)) {
            try {
                pieces(wanted, visit, live);
            } catch (RuntimeException | Error e) {
                if (live.abandon()) {
                    throw e;
                }
                live.finish(event(json.bytes(json.error(problems.told(e)))));
                return;
            }
            live.finish(DONE);
        }
    }

    private void pieces(Wanted wanted, Visit visit, LiveResponse live) throws IOException {
        Generation generation = wanted.generation();
        Reply reply = wanted.reply();
        UnaryOperator<String> trimming = wanted.trimming();
        int reported = 0;
        List<AnswerEvent> events = generation.nextEvents();
        if (events.isEmpty()) {
            // An error may still be answered as one, and an answer without a word is one too.
            requireEnd(generation, live);
        }
        if (reply.opening() != null) {
            live.write(event(json.bytes(reply.chunk(reply.opening()))));
        }
        while (!events.isEmpty()) {
            visit.text();
            List<TokenChoice> tokens = null;
            if (wanted.logprobs()) {
                List<TokenChoice> all = generation.choices();
                tokens = all.subList(reported, all.size());
                reported = all.size();
            }
            // Probabilities go with the first of what they led to, even if nothing of it can be shown yet.
            for (AnswerEvent event : events) {
                AnswerEvent shown = event instanceof AnswerEvent.Content(String text)
                        ? new AnswerEvent.Content(trimming.apply(text))
                        : event;
                boolean empty = shown instanceof AnswerEvent.Content(String text) && text.isEmpty();
                if (!empty || tokens != null && !tokens.isEmpty()) {
                    live.write(event(json.bytes(reply.chunk(reply.delta(shown, null, tokens)))));
                    tokens = wanted.logprobs() ? List.of() : null;
                }
            }
            events = generation.nextEvents();
        }
        requireEnd(generation, live);
        List<TokenChoice> rest = null;
        if (wanted.logprobs()) {
            List<TokenChoice> all = generation.choices();
            rest = all.subList(reported, all.size());
        }
        var last = reply.chunk(reply.delta(null, Reply.finish(generation.finishReason()), rest));
        last.put("timings", Reply.timings(generation.stats()));
        live.write(event(json.bytes(last)));
        if (wanted.usage()) {
            var usage = reply.chunk(null);
            usage.put("usage", Reply.usage(generation.stats()));
            live.write(event(json.bytes(usage)));
        }
    }

    private LiveResponse live(Visit visit, String contentType, byte[] heartbeat, Generation generation) {
        Exchange exchange = visit.exchange();
        return new LiveResponse(exchange, contentType, heartbeat, limits, watchdog, generation::close);
    }

    /** An answer that ended because it was closed is none. */
    private static void requireEnd(Generation generation, LiveResponse live) throws IOException {
        if (generation.finishReason() == Generation.FinishReason.CANCELLED) {
            if (live.gone()) {
                throw new IOException("the client has gone");
            }
            throw Failures.shuttingDown();
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
