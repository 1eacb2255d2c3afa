// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.jr.ob.JSON;

/** A client of a server's streamed chat completions that takes the time of every piece. */
final class ServerStream implements AutoCloseable {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI route;
    private final String key;

    /** @param key null for none */
    ServerStream(URI server, String key) {
        this.route = server.resolve("/v1/chat/completions");
        this.key = key;
    }

    /**
     * @param tokens by the server's count
     * @param firstNanos from the request to the first text
     * @param gapNanos between texts
     * @param nanos from the request to the end
     */
    record Answer(String text, int tokens, long firstNanos, long[] gapNanos, long nanos) {}

    /**
     * Asks and reads the answer to its end.
     *
     * @throws IOException if it is not an answer, or does not come whole
     */
    Answer ask(String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(route)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        long start = System.nanoTime();
        HttpResponse<Stream<String>> response = client.send(request.build(), BodyHandlers.ofLines());
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException(response.statusCode() + ": " + lines.collect(Collectors.joining("\n")));
            }
            return read(lines.iterator(), start);
        }
    }

    private static Answer read(Iterator<String> lines, long start) throws IOException {
        StringBuilder text = new StringBuilder();
        List<Long> gaps = new ArrayList<>();
        int tokens = 0;
        long first = 0;
        long last = 0;
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.equals("data: [DONE]")) {
                long[] between = gaps.stream().mapToLong(Long::longValue).toArray();
                return new Answer(text.toString(), tokens, first, between, System.nanoTime() - start);
            }
            if (!line.startsWith("data: ")) {
                continue;
            }
            Map<String, Object> event = JSON.std.mapFrom(line.substring("data: ".length()));
            if (event.containsKey("error")) {
                throw new IOException(line);
            }
            if (event.get("usage") instanceof Map<?, ?> usage) {
                tokens = ((Number) usage.get("completion_tokens")).intValue();
            }
            String piece = content(event);
            if (!piece.isEmpty()) {
                text.append(piece);
                long now = System.nanoTime();
                if (first == 0) {
                    first = now - start;
                } else {
                    gaps.add(now - last);
                }
                last = now;
            }
        }
        throw new IOException("the stream ended without [DONE] after: "
                + text.toString().getBytes(StandardCharsets.UTF_8).length + " bytes of text");
    }

    private static String content(Map<String, Object> event) {
        for (Object choice : (List<?>) event.get("choices")) {
            Object content = ((Map<?, ?>) ((Map<?, ?>) choice).get("delta")).get("content");
            if (content != null) {
                return (String) content;
            }
        }
        return "";
    }

    @Override
    public void close() {
        client.close();
    }
}
