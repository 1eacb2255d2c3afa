// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.grammar.Grammar;
import dev.myna.engine.tools.AnswerEvent;
import dev.myna.engine.tools.JsonValue;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolCall;
import dev.myna.engine.tools.ToolChoice;
import dev.myna.engine.tools.ToolUse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reasoning and calls of a model that writes at random, with control tokens for its tags. */
class ToolAnswersTest {
    private static final int END = 2;
    private static final List<String> TAGS = List.of("<think>", "</think>", "[TOOL_CALLS]", "[ARGS]");

    private static final String TEMPLATE = """
            {{- bos_token }}{% if tools %}[AVAILABLE_TOOLS]{{ tools|tojson }}{% endif %}{% for m in messages %}\
            [{{ m.role }}]{{ m.content }}{% for c in m.tool_calls or [] %}[TOOL_CALLS]{{ c.function.name }}[ARGS]\
            {{ c.function.arguments|tojson }}{% endfor %}{% if m.tool_call_id %} for {{ m.tool_call_id }}{% endif %}\
            {% endfor %}{% if add_generation_prompt and thinks %}<think>{% endif %}{# </think> #}""";

    private static final ToolUse USE = new ToolUse(
            List.of(
                    new Tool(
                            "look",
                            "Looks.",
                            Map.of(
                                    "type", "object",
                                    "properties", Map.of("at", Map.of("enum", List.of("aeio", "بلی"))),
                                    "required", List.of("at"))),
                    new Tool("now", null, Map.of())),
            new ToolChoice.Required(),
            false);

    @TempDir
    private Path folder;

    private Model model;
    private int first;

    @BeforeEach
    void load() {
        TinyModel tiny = TinyModel.decoder();
        tiny.metadata.put("llama.context_length", 4096);
        @SuppressWarnings("unchecked")
        List<String> tokens = new ArrayList<>((List<String>) tiny.metadata.get("tokenizer.ggml.tokens"));
        first = tokens.size();
        tokens.addAll(TAGS);
        int[] types = Arrays.copyOf((int[]) tiny.metadata.get("tokenizer.ggml.token_type"), tokens.size());
        Arrays.fill(types, first, tokens.size(), 3);
        float[] scores = Arrays.copyOf((float[]) tiny.metadata.get("tokenizer.ggml.scores"), tokens.size());
        tiny.metadata.put("tokenizer.ggml.tokens", tokens);
        tiny.metadata.put("tokenizer.ggml.token_type", types);
        tiny.metadata.put("tokenizer.ggml.scores", scores);
        tiny.metadata.put("tokenizer.chat_template", TEMPLATE);
        tiny.tensors.put("token_embd.weight", new long[] {TinyModel.WIDTH, tokens.size()});
        tiny.tensors.put("output.weight", new long[] {TinyModel.WIDTH, tokens.size()});
        model = Myna.loadTextOnly(
                tiny.write(folder, "tools.gguf"),
                ModelOptions.builder().threads(2).build());
    }

    @AfterEach
    void close() {
        model.close();
    }

    private int id(String tag) {
        return first + TAGS.indexOf(tag);
    }

    /** A random model would think for ever. */
    private GenerationOptions random(long seed) {
        return GenerationOptions.builder()
                .temperature(1)
                .seed(seed)
                .maxTokens(400)
                .logprobs(0)
                .logitBias(Map.of(id("<think>"), Float.NEGATIVE_INFINITY))
                .build();
    }

    private static SessionOptions session(boolean thinks) {
        return SessionOptions.builder()
                .templateArguments(Map.of("thinks", thinks))
                .build();
    }

    @Test
    void whenTheBudgetIsSpentTheModelHasToAnswer() {
        Map<Integer, Float> endless = Map.of(id("</think>"), Float.NEGATIVE_INFINITY, END, Float.NEGATIVE_INFINITY);
        try (Session session = model.newSession(session(true))) {
            for (int budget : new int[] {0, 1, 7}) {
                session.clear();
                Generation generation = session.generate(
                        Message.of("a"),
                        random(budget).toBuilder()
                                .logitBias(endless)
                                .maxTokens(40)
                                .reasoningBudget(budget)
                                .build());
                String text = generation.text();
                assertEquals(id("</think>"), generation.choices().get(budget).id());
                assertEquals(text, generation.message().text());
                assertFalse(text.isEmpty());
                assertEquals(budget == 0, generation.message().reasoning() == null);
                assertEquals(40, generation.stats().generatedTokens());
            }
        }
    }

    @Test
    void aGrammarHoldsForTheAnswerAlone() {
        GenerationOptions options = random(5).toBuilder()
                .grammar(Grammar.gbnf("root ::= \"ae\" \"io\"?"))
                .reasoningBudget(6)
                .logitBias(Map.of(id("</think>"), Float.NEGATIVE_INFINITY, END, Float.NEGATIVE_INFINITY))
                .build();
        try (Session session = model.newSession(session(true))) {
            Generation generation = session.generate(Message.of("a"), options);
            assertTrue(
                    List.of("ae", "aeio").contains(generation.text()),
                    generation.message().toString());
            assertTrue(generation.message().reasoning() != null);
            assertEquals(Generation.FinishReason.STOP, generation.finishReason());
        }
        // A model that may reason, and was not begun for: its opening tag is free to come in front of the grammar's
        // text.
        try (Session session = model.newSession(session(false))) {
            Generation generation = session.generate(
                    Message.of("a"),
                    options.toBuilder()
                            .logitBias(Map.of(id("<think>"), 1000f, END, Float.NEGATIVE_INFINITY))
                            .build());
            assertTrue(
                    List.of("ae", "aeio").contains(generation.text()),
                    generation.message().toString());
            assertEquals(id("<think>"), generation.choices().getFirst().id());
        }
    }

    private static void requireCall(Generation generation) {
        ChatMessage.Assistant message = generation.message();
        assertEquals(Generation.FinishReason.TOOL_CALLS, generation.finishReason(), message.toString());
        assertEquals("", message.text());
        ToolCall call = message.calls().getFirst();
        assertTrue(call.id().matches("[A-Za-z0-9]{9}"), call.id());
        Object arguments = JsonValue.of(call.arguments());
        if (call.name().equals("now")) {
            assertEquals(Map.of(), arguments);
        } else {
            assertTrue(List.of(Map.of("at", "aeio"), Map.of("at", "بلی")).contains(arguments), call.arguments());
        }
    }

    @Test
    void aCallThatMustBeIsOne() {
        try (Session session =
                model.newSession(session(false).toBuilder().tools(USE).build())) {
            for (int seed = 0; seed < 8; seed++) {
                session.clear();
                Generation generation = session.generate(Message.of("a"), random(seed));
                assertEquals("", generation.text());
                requireCall(generation);
                assertEquals(1, generation.message().calls().size());
                assertEquals(id("[TOOL_CALLS]"), generation.choices().getFirst().id());
            }
        }
    }

    @Test
    void whoMayCallHoldsToTheSchemasFromTheMarkOn() {
        ToolUse may = new ToolUse(USE.tools(), new ToolChoice.Auto(), false);
        Map<Integer, Float> mark = Map.of(id("[TOOL_CALLS]"), 1000f);
        SchedulerOptions options =
                SchedulerOptions.builder().slots(4).session(session(false)).build();
        try (Scheduler scheduler = model.newScheduler(options)) {
            List<Generation> running = new ArrayList<>();
            for (int seed = 0; seed < 4; seed++) {
                ChatRequest request =
                        new ChatRequest.Chat(List.of(new ChatMessage.User(Message.of("a"))), may, Map.of());
                running.add(scheduler.submit(
                        request, random(seed).toBuilder().logitBias(mark).build()));
            }
            for (Generation generation : running) {
                List<AnswerEvent> events = new ArrayList<>();
                for (List<AnswerEvent> more = generation.nextEvents();
                        !more.isEmpty();
                        more = generation.nextEvents()) {
                    events.addAll(more);
                }
                assertTrue(events.getFirst() instanceof AnswerEvent.Call, events.toString());
                requireCall(generation);
            }
        }
    }

    @Test
    void resultsGoOnWithTheConversation() {
        try (Session session =
                model.newSession(session(false).toBuilder().tools(USE).build())) {
            Generation asked = session.generate(Message.of("a"), random(1));
            asked.text();
            ToolCall call = asked.message().calls().getFirst();
            List<ChatMessage> wrong = List.of(new ChatMessage.ToolResult("other", "x"));
            assertThrows(RequestException.class, () -> session.generate(wrong, random(1)));
            int before = session.contextUsed();
            Generation answered = session.generate(List.of(new ChatMessage.ToolResult(call.id(), "eieio")), random(2));
            answered.text();
            assertTrue(answered.stats().cachedTokens() > 0 && before > 0);
            requireCall(answered);
            assertEquals("a", session.undo().orElseThrow().text());
            assertTrue(session.undo().isEmpty());
        }
    }

    @Test
    void namedToolsAndNone() {
        ToolUse named = new ToolUse(USE.tools(), new ToolChoice.Named("now"), true);
        ToolUse none = new ToolUse(USE.tools(), new ToolChoice.None(), true);
        try (Session session =
                model.newSession(session(false).toBuilder().tools(named).build())) {
            Generation generation = session.generate(Message.of("a"), random(3));
            generation.text();
            assertEquals(
                    List.of("now"),
                    generation.message().calls().stream().map(ToolCall::name).toList());
        }
        try (Session session =
                model.newSession(session(false).toBuilder().tools(none).build())) {
            Generation generation = session.generate(
                    Message.of("a"),
                    random(3).toBuilder()
                            .maxTokens(5)
                            .logitBias(Map.of(id("[TOOL_CALLS]"), 1000f))
                            .build());
            generation.text();
            assertEquals(List.of(), generation.message().calls());
        }
        GenerationOptions both = random(3).toBuilder().grammar(Grammar.json()).build();
        try (Session session =
                model.newSession(session(false).toBuilder().tools(USE).build())) {
            assertThrows(RequestException.class, () -> session.generate(Message.of("a"), both));
        }
    }

    /** A grammar ends with the token that ends an answer in the template, though the vocabulary has another one. */
    @Test
    void theFormatsOwnEndMayFollowAGrammar() {
        String template = "{% for m in messages %}{{ m.content }}<think>{% endfor %}";
        Map<Integer, Float> ends = Map.of(id("<think>"), 1000f, END, Float.NEGATIVE_INFINITY);
        try (Session session = model.newSession(SessionOptions.builder()
                .chatFormat(new ChatFormat.Template(template))
                .build())) {
            Generation generation = session.generate(
                    Message.of("a"),
                    random(1).toBuilder()
                            .logitBias(ends)
                            .grammar(Grammar.gbnf("root ::= \"a\" \"e\"*"))
                            .build());
            assertEquals("a", generation.text());
            assertEquals(Generation.FinishReason.STOP, generation.finishReason());
            assertEquals(id("<think>"), generation.choices().getLast().id());
        }
    }
}
