// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import static dev.myna.cli.serve.TestServer.at;
import static dev.myna.cli.serve.TestServer.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.TinyFamily;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.jr.ob.JSON;

/**
 * The server answers eight clients at once with the tokens of fresh sessions, for every family with images: whole answers and streams,
 * conversations with late images and with several.
 */
@NeedsGolden
class FamilyServerTest {
    private static final SessionOptions SESSION =
            SessionOptions.builder().cacheType(TensorType.F32).build();
    private static final int TOKENS = 10;

    /**
     * A message of a conversation.
     *
     * @param images in front of the text; none in answers
     * @param text of a question, or of an answer before it
     */
    private record Said(List<Path> images, String text, boolean answer) {
        static Said question(String text, Path... images) {
            return new Said(List.of(images), text, false);
        }

        static Said answer(String text) {
            return new Said(List.of(), text, true);
        }

        ChatMessage message() {
            return answer
                    ? new ChatMessage.Assistant(text)
                    : new ChatMessage.User(Message.of(
                            text,
                            images.stream()
                                    .map(file -> ImageDecoder.decode(file, ImageDecoder.Orientation.IGNORE))
                                    .toArray(RgbImage[]::new)));
        }

        String json() throws Exception {
            if (answer) {
                return "{\"role\":\"assistant\",\"content\":" + JSON.std.asString(text) + "}";
            }
            List<String> parts = new ArrayList<>();
            for (Path file : images) {
                parts.add(TestServer.imageUrl(
                        "data:image/png;base64," + Base64.getEncoder().encodeToString(Files.readAllBytes(file))));
            }
            parts.add(TestServer.text(text));
            return "{\"role\":\"user\",\"content\":[" + String.join(",", parts) + "]}";
        }
    }

    /** What an answer is made of: its tokens' bytes, its text without white space at its end, and the positions of its prompt. */
    private record Told(List<List<Integer>> tokens, String text, int promptTokens) {}

    private static List<List<Said>> conversations(TinyFamily family) {
        Path first = family.images().get(0);
        Path high = family.images().get(1);
        Path wide = family.images().get(2);
        Said answer = Said.answer("A red circle. 一个圆。");
        return List.of(
                List.of(Said.question("What is in this image?", first)),
                List.of(Said.question("इस चित्र में क्या है?", high)),
                List.of(Said.question("اس تصویر میں کیا ہے؟", first, wide)),
                List.of(Said.question("¿Qué hora es?")),
                List.of(Said.question("Quelle heure est-il ?"), answer, Said.question("এই ছবিতে কী আছে?", first)),
                List.of(Said.question("What is in this image?", first), answer, Said.question("它是什么颜色？")),
                List.of(Said.question("What is in this image?", first), answer, Said.question("ماذا ترى؟", wide)),
                List.of(
                        Said.question("Сколько здесь фигур?", high),
                        answer,
                        Said.question("何が写っていますか？"),
                        answer,
                        Said.question("What is in this image?", first)));
    }

    @ParameterizedTest
    @EnumSource
    void eightClientsGetTheTokensOfFreshSessions(TinyFamily family) throws Exception {
        ModelOptions options = ModelOptions.builder().threads(2).build();
        SchedulerOptions eight =
                SchedulerOptions.builder().slots(8).session(SESSION).build();
        List<List<Said>> conversations = conversations(family);
        try (TestServer server = new TestServer(Myna.load(family.decoder(), family.vision(), options), eight);
                ExecutorService clients = Executors.newFixedThreadPool(8)) {
            List<Told> expected =
                    conversations.stream().map(said -> fresh(server, said)).toList();
            // Whole answers first; then streams, whose prompts begin as what the caches hold.
            for (boolean stream : new boolean[] {false, true}) {
                List<Future<Told>> answers = new ArrayList<>();
                for (List<Said> conversation : conversations) {
                    answers.add(clients.submit(() -> ask(server, conversation, stream)));
                }
                for (int i = 0; i < 8; i++) {
                    assertEquals(expected.get(i), answers.get(i).get(), "client " + i + ", stream: " + stream);
                }
            }
            Map<String, Object> again = json(post(server, conversations.getFirst(), false));
            int cached = (int) at(again, "usage", "prompt_tokens_details", "cached_tokens");
            assertTrue(cached > expected.getFirst().promptTokens / 2, again.toString());
            assertEquals(List.of(), List.copyOf(server.problems));
        }
    }

    /** Ids that end an answer. */
    private static List<Integer> ends(Model model) {
        return IntStream.range(0, model.tokenizer().size())
                .filter(model.tokenizer()::isEndOfGeneration)
                .boxed()
                .toList();
    }

    private static Told fresh(TestServer server, List<Said> said) {
        GenerationOptions options = GenerationOptions.greedy().toBuilder()
                .maxTokens(TOKENS)
                .logprobs(0)
                .logitBias(ends(server.model).stream()
                        .collect(Collectors.toMap(Function.identity(), _ -> Float.NEGATIVE_INFINITY)))
                .build();
        try (Session session = server.model.newSession(SESSION)) {
            Generation generation =
                    session.generate(said.stream().map(Said::message).toList(), options);
            String text = generation.text();
            List<List<Integer>> tokens = new ArrayList<>();
            for (Generation.TokenChoice choice : generation.choices()) {
                tokens.add(unsigned(choice.bytes()));
            }
            assertEquals(TOKENS, tokens.size(), () -> generation.finishReason() + " " + generation.stats());
            return new Told(tokens, text, generation.stats().promptTokens());
        }
    }

    private static List<Integer> unsigned(byte[] bytes) {
        List<Integer> values = new ArrayList<>();
        for (byte each : bytes) {
            values.add(each & 0xff);
        }
        return values;
    }

    private static HttpResponse<String> post(TestServer server, List<Said> said, boolean stream) throws Exception {
        List<String> messages = new ArrayList<>();
        for (Said each : said) {
            messages.add(each.json());
        }
        String banned =
                ends(server.model).stream().map(id -> "\"" + id + "\":-100").collect(Collectors.joining(","));
        HttpResponse<String> response = server.chat("\"messages\":[" + String.join(",", messages) + "],\"max_tokens\":"
                + TOKENS + ",\"logprobs\":true,\"logit_bias\":{" + banned + "}"
                + (stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : ""));
        assertEquals(200, response.statusCode(), response.body());
        return response;
    }

    private static Told ask(TestServer server, List<Said> said, boolean stream) throws Exception {
        HttpResponse<String> response = post(server, said, stream);
        List<Map<String, Object>> parts = stream ? events(response) : List.of(json(response));
        List<List<Integer>> tokens = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int promptTokens = 0;
        for (Map<String, Object> part : parts) {
            if (part.get("usage") != null) {
                promptTokens = (int) at(part, "usage", "prompt_tokens");
            }
            for (Object choice : (List<?>) part.get("choices")) {
                Object content = at(choice, stream ? "delta" : "message", "content");
                text.append(content == null ? "" : content);
                Object logprobs = ((Map<?, ?>) choice).get("logprobs");
                for (Object token : logprobs == null ? List.of() : (List<?>) at(logprobs, "content")) {
                    List<Integer> bytes = new ArrayList<>();
                    ((List<?>) at(token, "bytes")).forEach(each -> bytes.add((Integer) each));
                    tokens.add(bytes);
                }
            }
        }
        return new Told(tokens, text.toString().stripTrailing(), promptTokens);
    }

    /** The payloads of a stream, which must end with DONE. */
    private static List<Map<String, Object>> events(HttpResponse<String> response) {
        List<String> lines = response.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
        assertEquals("[DONE]", lines.getLast());
        assertTrue(lines.size() > 2, response.body());
        return lines.subList(0, lines.size() - 1).stream()
                .map(JSON.std::mapFrom)
                .toList();
    }
}
