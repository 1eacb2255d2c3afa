// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.grammar.Grammar;
import dev.myna.kernels.CpuKernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MynaRequestParametersTest {
    @TempDir
    static Path folder;

    private static String answer(ChatModel chat, ChatRequestParameters parameters) {
        return chat.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Describe this image."))
                        .parameters(parameters)
                        .build())
                .aiMessage()
                .text();
    }

    @Test
    void requestsSayWhatLangchain4jHasNoNamesFor() throws IOException {
        try (Nano nano = new Nano(folder, CpuKernels.JIT, SchedulerOptions.defaults())) {
            ChatModel chat = new MynaChatModel(nano.scheduler, MynaOptions.defaults());
            Grammar grammar = Grammar.gbnf("root ::= \"ہاں\" | \"না\"");
            String chosen = answer(
                    chat, MynaRequestParameters.builder().grammar(grammar).build());
            assertEquals(true, chosen.equals("ہاں") || chosen.equals("না"), chosen);
            // What it begins with is forbidden: then it is the other one.
            String other = answer(
                    chat,
                    MynaRequestParameters.builder()
                            .grammar(grammar)
                            .logitBias(biases(nano, chosen))
                            .build());
            assertNotEquals(chosen, other);

            ChatRequestParameters seven = MynaRequestParameters.builder()
                    .temperature(5.0)
                    .maxOutputTokens(20)
                    .seed(7L)
                    .build();
            ChatRequestParameters eight = MynaRequestParameters.builder()
                    .temperature(5.0)
                    .maxOutputTokens(20)
                    .seed(8L)
                    .build();
            assertEquals(answer(chat, seven), answer(chat, seven));
            assertNotEquals(answer(chat, seven), answer(chat, eight));
            // Only the likeliest token is left, whatever the seed.
            ChatRequestParameters likeliest =
                    MynaRequestParameters.builder().minP(1.0).build();
            assertEquals(answer(chat, seven.overrideWith(likeliest)), answer(chat, eight.overrideWith(likeliest)));
            assertThrows(
                    InvalidRequestException.class,
                    () -> answer(chat, MynaRequestParameters.builder().minP(2.0).build()));
            assertThrows(
                    InvalidRequestException.class,
                    () -> answer(
                            chat,
                            MynaRequestParameters.builder()
                                    .grammar(grammar)
                                    .responseFormat(ResponseFormat.JSON)
                                    .build()));
        }
    }

    /** Forbids every token with which a text may begin. */
    private static Map<Integer, Float> biases(Nano nano, String text) {
        Map<Integer, Float> biases = new HashMap<>();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int id = 0; id < nano.model.tokenizer().size(); id++) {
            byte[] said = nano.model.tokenizer().bytes(id);
            if (said.length > 0 && said[0] == bytes[0]) {
                biases.put(id, Float.NEGATIVE_INFINITY);
            }
        }
        return biases;
    }

    @Test
    void laterParametersWinOneByOne() {
        MynaRequestParameters defaults = MynaRequestParameters.builder()
                .temperature(0.5)
                .seed(1L)
                .repeatPenalty(1.1)
                .reasoningBudget(5)
                .templateArguments(Map.of("enable_thinking", false))
                .build();
        ChatRequestParameters plain =
                ChatRequestParameters.builder().temperature(0.9).build();
        MynaRequestParameters merged = assertInstanceOf(MynaRequestParameters.class, defaults.overrideWith(plain));
        assertEquals(0.9, merged.temperature());
        assertEquals(1L, merged.seed());
        assertEquals(Map.of("enable_thinking", false), merged.templateArguments());
        MynaRequestParameters own = MynaRequestParameters.builder().seed(2L).build();
        MynaRequestParameters again = assertInstanceOf(MynaRequestParameters.class, own.defaultedBy(defaults));
        assertEquals(2L, again.seed());
        assertEquals(1.1, again.repeatPenalty());
        assertEquals(5, again.reasoningBudget());
        assertEquals(again, defaults.overrideWith(own));
        assertEquals(again.hashCode(), defaults.overrideWith(own).hashCode());
        assertNotEquals(again, defaults);
        GenerationOptions options = new Parameters("myna", GenerationOptions.greedy()).apply(again);
        assertEquals(2, options.seed());
        assertEquals(1.1f, options.repeatPenalty());
        assertEquals(5, options.reasoningBudget());
        assertEquals(Map.of("enable_thinking", false), Parameters.templateArguments(again));
    }
}
