// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.Myna;
import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Part;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.text.Tokenizer;
import dev.myna.loaders.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Texts and images of one turn, and system texts, as they reach the decoder. */
class MessagePartsTest {
    private static final String TEMPLATE =
            "{% for m in messages %}[{{ m.role }}:{% if m.content is string %}{{ m.content }}{% else %}"
                    + "{% for p in m.content %}{% if p.type == 'image' %}<image>{% else %}{{ p.text }}{% endif %}{% endfor %}"
                    + "{% endif %}]{% endfor %}";
    private static final SessionOptions PARTS = SessionOptions.builder()
            .chatFormat(new ChatFormat.Template(TEMPLATE))
            .build();
    private static final SessionOptions PLAIN =
            SessionOptions.builder().chatFormat(ChatFormat.Named.PLAIN).build();

    @TempDir
    Path folder;

    private Model model;

    @BeforeEach
    void load() {
        model = Myna.load(
                TinyModel.decoder().with("llama.context_length", 1024).write(folder, "decoder.gguf"),
                TinyModel.vision().write(folder, "mmproj.gguf"),
                ModelOptions.builder().threads(1).build());
    }

    @AfterEach
    void close() {
        model.close();
    }

    @ParameterizedTest
    @EnumSource
    void templatesKeepTheOrderOfTextsAndImages(Language language) {
        Message message = new Message(List.of(
                new Part.Text(language.describe()),
                new Part.Image(image(1)),
                new Part.Text(language.nativeName()),
                new Part.Image(image(2)),
                new Part.Image(image(1)),
                new Part.Text(language.code())));
        List<String> expected =
                List.of("[user:" + language.describe(), "#0", language.nativeName(), "#1", "#0", language.code() + "]");
        assertEquals(expected, inSession(PARTS, message));
        assertEquals(expected, inScheduler(PARTS, ChatRequest.of(message)));
    }

    @Test
    void publishedFormatsKeepTheOrderOfTextsAndImages() {
        Message message = new Message(
                List.of(new Part.Text("a"), new Part.Image(image(1)), new Part.Text("e"), new Part.Image(image(2))));
        List<String> expected = List.of("a", "#0", "e", "#1");
        assertEquals(expected, inSession(PLAIN, message));
        assertEquals(expected, inScheduler(PLAIN, ChatRequest.of(message)));
    }

    @Test
    void systemTextOfTheOptionsBeginsConversationsThatHaveNone() {
        SessionOptions options = PARTS.toBuilder().systemText("aei").build();
        List<String> expected = List.of("[system:aei][user:o]");
        assertEquals(expected, inSession(options, Message.of("o")));
        assertEquals(expected, inScheduler(options, ChatRequest.of(Message.of("o"))));
    }

    @Test
    void systemMessageOfTheConversationReplacesTheOptionsText() {
        SessionOptions options = PARTS.toBuilder().systemText("aei").build();
        List<ChatMessage> messages = List.of(new ChatMessage.System("ooo"), new ChatMessage.User(Message.of("o")));
        List<String> expected = List.of("[system:ooo][user:o]");
        try (Session session = model.newSession(options)) {
            assertEquals(expected, written(session.generate(messages, GenerationOptions.greedy())));
        }
        assertEquals(expected, inScheduler(options, new ChatRequest.Chat(messages)));
    }

    private List<String> inSession(SessionOptions options, Message message) {
        try (Session session = model.newSession(options)) {
            return written(session.generate(message, GenerationOptions.greedy()));
        }
    }

    private List<String> inScheduler(SessionOptions options, ChatRequest request) {
        SchedulerOptions scheduling =
                SchedulerOptions.builder().slots(1).session(options).build();
        try (Scheduler scheduler = model.newScheduler(scheduling)) {
            return written(scheduler.submit(request, GenerationOptions.greedy()));
        }
    }

    /** The prompt of an answer: texts without BOS and surrounding spaces, and {@code #n} for the n-th image. */
    private List<String> written(Generation generation) {
        Prompt prompt = ((RunningGeneration) generation).prompt();
        Tokenizer tokenizer = model.tokenizer();
        List<Long> images = new ArrayList<>();
        List<String> written = new ArrayList<>();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int i = 0; i < prompt.size(); i++) {
            switch (prompt.entry(i)) {
                case Prompt.Token(int id) -> text.writeBytes(tokenizer.bytes(id));
                case Prompt.ImageRow(long image, int row) -> {
                    flush(text, written);
                    if (row == 0) {
                        if (!images.contains(image)) {
                            images.add(image);
                        }
                        written.add("#" + images.indexOf(image));
                    }
                }
            }
        }
        flush(text, written);
        return written;
    }

    private static void flush(ByteArrayOutputStream text, List<String> written) {
        String all = text.toString(StandardCharsets.UTF_8).strip();
        if (!all.isEmpty()) {
            written.add(all);
        }
        text.reset();
    }

    private static RgbImage image(int shade) {
        byte[] rgb = new byte[8 * 8 * 3];
        Arrays.fill(rgb, (byte) (shade * 40));
        return new RgbImage(8, 8, rgb);
    }
}
