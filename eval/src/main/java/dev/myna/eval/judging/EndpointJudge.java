// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

import dev.myna.eval.data.JsonText;
import dev.myna.eval.judging.JudgeException.Fault;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A judge behind an OpenAI-compatible endpoint. What may pass is tried again: a broken connection, no answer in time, the statuses 408,
 * 429 and 5xx, and an answer that is no chat completion. Redirects are not followed: the key is for one host. This is the only
 * part of an evaluation that uses the network, and only if the user names a judge's URL.
 */
public final class EndpointJudge implements Judge {
    private static final int MAX_REPLY_BYTES = 4 << 20;
    private static final int MAX_VALUES = 10_000;
    private static final Duration MAX_WAIT = Duration.ofMinutes(10);
    private static final Duration MAX_BACKOFF = Duration.ofMinutes(1);

    private final EndpointSettings settings;
    private final Pace pace;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    public EndpointJudge(EndpointSettings settings) {
        this.settings = settings;
        this.pace = new Pace(settings.perMinute());
    }

    /** An attempt that may be repeated; {@code wait} is what the endpoint asked for. */
    private static final class AttemptException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Optional<Duration> wait;

        AttemptException(String message, Optional<Duration> wait, Throwable cause) {
            super(message, cause);
            this.wait = wait;
        }

        AttemptException(String message) {
            this(message, Optional.empty(), null);
        }
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String review(JudgeRequest request) throws InterruptedException {
        byte[] body = body(request);
        Duration backoff = settings.backoff();
        for (int attempt = 1; ; attempt++) {
            pace.await();
            try {
                return attempt(body);
            } catch (AttemptException e) {
                String tries = attempt == 1 ? "" : " (" + attempt + " attempts)";
                Duration wait = e.wait.orElse(backoff);
                if (wait.compareTo(MAX_WAIT) > 0) {
                    throw new JudgeException(
                            Fault.JUDGE,
                            e.getMessage() + ", and wants " + wait.toSeconds() + " s of silence" + tries,
                            e);
                }
                if (attempt >= settings.tries()) {
                    throw new JudgeException(Fault.JUDGE, e.getMessage() + tries, e);
                }
                e.wait.ifPresent(pace::hold);
                Thread.sleep(wait);
                backoff = backoff.multipliedBy(2).compareTo(MAX_BACKOFF) < 0 ? backoff.multipliedBy(2) : MAX_BACKOFF;
            }
        }
    }

    private byte[] body(JudgeRequest request) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", settings.model());
        body.put("messages", List.of(message("system", request.system()), message("user", request.user())));
        body.put("temperature", JudgeRequest.TEMPERATURE);
        body.put("max_tokens", JudgeRequest.MAX_TOKENS);
        body.put("stream", false);
        return JsonText.line(body).getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> message(String role, String text) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", text);
        return message;
    }

    private String attempt(byte[] body) throws AttemptException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(settings.address())
                .timeout(settings.timeout())
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(BodyPublishers.ofByteArray(body));
        settings.key().ifPresent(key -> request.header("Authorization", "Bearer " + key));
        // The client's own limit ends with the headers; this one counts to the last byte.
        CompletableFuture<HttpResponse<byte[]>> waiting =
                client.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_REPLY_BYTES));
        try {
            return read(waiting.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw new AttemptException(
                    where() + " did not answer within " + seconds(settings.timeout()), Optional.empty(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof java.net.http.HttpTimeoutException) {
                throw new AttemptException(
                        where() + " did not answer within " + seconds(settings.timeout()), Optional.empty(), e);
            }
            if (e.getCause() instanceof IOException) {
                throw new AttemptException(
                        where() + " cannot be reached: " + reason(e.getCause()), Optional.empty(), e);
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            waiting.cancel(true);
        }
    }

    private static String reason(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each.getMessage() != null) {
                return Text.line(each.getMessage(), Text.SHOWN);
            }
        }
        return cause instanceof java.net.ConnectException
                ? "connection refused"
                : cause.getClass().getSimpleName();
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.3g s", time.toMillis() / 1000.0);
    }

    private String where() {
        return "the judge at " + settings.address().getRawAuthority();
    }

    private String read(HttpResponse<byte[]> response) throws AttemptException {
        int status = response.statusCode();
        if (status == 200) {
            return content(response);
        }
        String said = where() + " answered with status " + status + said(response.body());
        if (status == 408 || status == 429 || status >= 500) {
            throw new AttemptException(said, retryAfter(response.headers()), null);
        }
        if (status == 400 || status == 413 || status == 422) {
            throw new JudgeException(Fault.REQUEST, said);
        }
        String hint = switch (status) {
            case 401, 403 -> "; is the key right?";
            case 404, 405 ->
                "; is the URL that of an OpenAI-compatible API, and does it know the model "
                        + Text.quote(settings.model()) + "?";
            default -> status >= 300 && status < 400 ? "; redirects are not followed" : "";
        };
        throw new JudgeException(Fault.SETTINGS, said + hint);
    }

    /** The message of an error in OpenAI's form, or nothing. */
    private static String said(byte[] body) {
        try {
            Map<String, Object> json = JsonTree.object(body, MAX_VALUES);
            if (json.get("error") instanceof Map<?, ?> error && error.get("message") instanceof String message) {
                return ": " + Text.line(message, Text.SHOWN);
            }
        } catch (JsonException | IOException e) {
            // The status says enough.
        }
        return "";
    }

    private String content(HttpResponse<byte[]> response) throws AttemptException {
        try {
            Map<String, Object> json = JsonTree.object(response.body(), MAX_VALUES);
            if (json.get("choices") instanceof List<?> choices
                    && !choices.isEmpty()
                    && choices.getFirst() instanceof Map<?, ?> choice
                    && choice.get("message") instanceof Map<?, ?> message
                    && message.get("content") instanceof String text) {
                return text;
            }
            throw new AttemptException(where() + " answered with JSON that is no chat completion");
        } catch (JsonException | IOException e) {
            String type = response.headers().firstValue("Content-Type").orElse("no type");
            throw new AttemptException(
                    where() + " answered with something that is no JSON (" + Text.line(type, Text.SHOWN)
                            + "); is the URL that of an OpenAI-compatible API?",
                    Optional.empty(),
                    e);
        }
    }

    /** What the header {@code Retry-After} asks for: seconds, or a date. */
    private static Optional<Duration> retryAfter(HttpHeaders headers) {
        String text = headers.firstValue("Retry-After").orElse("").strip();
        if (text.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), date);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
