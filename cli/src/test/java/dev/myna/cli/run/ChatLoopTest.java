// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.cli.Captured;
import dev.myna.cli.command.CommandContext;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Interruption;
import dev.myna.cli.terminal.LineSource;
import dev.myna.cli.terminal.Output;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations with the embedded model: commands, and what Ctrl-C leaves. */
class ChatLoopTest {
    private static final Path NANO = Path.of("../models-manifest/nano");

    @TempDir
    Path folder;

    /** A conversation through a pipe. */
    private static Captured chat(String... lines) {
        return Captured.runWith(
                (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8), "chat", "--temp", "0");
    }

    private static String sample(String name) {
        return NANO.resolve("samples").resolve(name).toString();
    }

    @Test
    void helpInTheChatAndOfTheCommandAreOneList() {
        Captured chat = chat("/help");
        Captured help = Captured.run("chat", "--help");
        assertEquals(ExitCode.OK, chat.code());
        for (ChatCommands command : ChatCommands.values()) {
            assertTrue(chat.err().lines().anyMatch(line -> line.startsWith(command.word())), chat.err());
            assertTrue(help.out().lines().anyMatch(line -> line.startsWith("  " + command.word())), help.out());
        }
        for (String line : ChatCommands.help()) {
            assertTrue(help.out().replaceAll("\\s+", " ").contains(line.replaceAll("\\s+", " ")), line);
        }
    }

    /** In ten scripts: a question taken back leaves nothing, so that the same question has the same answer. */
    @ParameterizedTest
    @ValueSource(strings = {"en", "zh", "hi", "es", "fr", "ar", "bn", "ru", "ur", "ja"})
    void aQuestionTakenBackLeavesNothing(String language) {
        Captured once = chat("/lang " + language, "/image " + sample("cat.png"), "");
        Captured again = chat(
                "/lang " + language,
                "/image " + sample("apple.png"),
                "",
                "/undo",
                "/image '" + sample("cat.png") + "'",
                "");
        assertFalse(once.out().isBlank());
        List<String> answers = again.out().lines().toList();
        assertEquals(2, answers.size(), again.out());
        assertEquals(once.out().strip(), answers.getLast());
        assertTrue(again.err().contains("taken back: "), again.err());
    }

    @Test
    void regenReplacesTheAnswer() {
        Captured chat = chat("/image " + sample("cat.png"), "", "/regen", "/regen", "/stats");
        List<String> answers = chat.out().lines().toList();
        assertEquals(3, answers.size(), chat.out());
        // The likeliest tokens are the same each time, and earlier answers are no part of the conversation.
        assertEquals(answers.get(0), answers.get(2));
        assertTrue(chat.err().contains(" positions, 2 messages"), chat.err());
        assertTrue(chat.err().contains("[prompt "), "figures of the last answer: " + chat.err());
    }

    @Test
    void conversationsAreSavedAndGoOn() throws IOException {
        Path file = folder.resolve("बातचीत.json");
        Path cat = Files.copy(NANO.resolve("samples/cat.png"), folder.resolve("my cat.png"));
        Captured all = chat("/image " + cat, "What is this?", "यह क्या है?");
        Captured first = chat("/system Be brief.", "/system off", "/image " + cat, "What is this?", "/save " + file);
        Captured rest = chat("/load '" + file + "'", "/images", "यह क्या है?");
        assertEquals(
                "",
                first.err()
                        .lines()
                        .filter(line -> line.startsWith("myna: "))
                        .findFirst()
                        .orElse(""));
        assertEquals(all.out().strip(), first.out().strip() + "\n" + rest.out().strip());
        assertTrue(rest.err().contains("conversation loaded, 2 messages"), rest.err());
        assertTrue(rest.err().contains("question 1  "), rest.err());
        assertTrue(rest.err().contains("my cat.png"), rest.err());
        assertTrue(Files.readString(file).contains("\"myna_chat\":1"));

        Path other = Files.writeString(folder.resolve("notes.txt"), "mine");
        Captured refused = chat("/save " + other, "/load " + other, "/load " + folder.resolve("none"));
        assertEquals("mine", Files.readString(other));
        assertTrue(refused.err().contains("exists and is no conversation: choose another name"), refused.err());
        assertTrue(refused.err().contains("not a JSON object"), refused.err());
        assertTrue(refused.err().contains("there is no such file"), refused.err());
    }

    @Test
    void mistakesInASavedConversationAreNamed() throws IOException {
        Map<String, String> wrong = Map.of(
                "{}", "is no conversation",
                "{\"myna_chat\":2}", "version 2",
                "{\"myna_chat\":1}", "\"messages\" must be a list",
                "{\"myna_chat\":1,\"messages\":[7]}", "messages[0] must be an object",
                "{\"myna_chat\":1,\"messages\":[{\"role\":\"sun\"}]}", "messages[0].role must be",
                "{\"myna_chat\":1,\"messages\":[{\"role\":\"user\"}]}", "messages[0].content must be a string",
                "{\"myna_chat\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", "must be an answer",
                "{\"myna_chat\":1,\"messages\":[{\"role\":\"user\",\"content\":\"\",\"images\":[\"-\"]}]}",
                        "names of files",
                "{\"myna_chat\":1,\"messages\":[{\"role\":\"user\",\"content\":\"\",\"images\":[\"/no/x.png\"]}]}",
                        "/no/x.png: no such file");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            Path file = Files.writeString(folder.resolve("c.json"), each.getKey());
            Captured chat = chat("/load " + file);
            assertTrue(chat.err().contains(each.getValue()), each + ": " + chat.err());
            assertEquals(ExitCode.OK, chat.code(), "the conversation goes on");
        }
    }

    @Test
    void optionsAreShownAndSet() {
        Captured chat =
                chat("/set", "/set temp 0.5", "/set --top-k=7", "/set", "/set tmp 1", "/set temp x", "/set top-p 2");
        assertTrue(chat.err().contains("temp 0.0\ntop-k 0\n"), chat.err());
        assertTrue(chat.err().contains("temp 0.5\ntop-k 7\n"), chat.err());
        assertTrue(chat.err().contains("unknown option 'tmp': /set knows n-predict, temp,"), chat.err());
        assertTrue(chat.err().contains("'x' is not a number"), chat.err());
        assertTrue(chat.err().contains("top-p must be in (0, 1]"), chat.err());
    }

    @Test
    void theSystemPromptIsPartOfThePrompt() {
        Captured without = chat("What is this?", "/stats");
        Captured with = chat("/system আপনি একজন সহায়ক।", "/system", "What is this?", "/stats");
        Captured option = Captured.runWith(
                "/system\nWhat is this?\n/stats\n".getBytes(StandardCharsets.UTF_8),
                "chat",
                "--temp",
                "0",
                "-sys",
                "আপনি একজন সহায়ক।");
        assertTrue(with.err().contains("আপনি একজন সহায়ক।"), with.err());
        assertTrue(option.err().contains("আপনি একজন সহায়ক।"), option.err());
        assertEquals(context(with), context(option));
        assertFalse(context(with).equals(context(without)), context(without));
        assertEquals(with.out(), option.out());
    }

    private static String context(Captured chat) {
        return chat.err()
                .lines()
                .filter(line -> line.startsWith("context "))
                .findFirst()
                .orElseThrow();
    }

    /** Lines as on a terminal, and a Ctrl-C as soon as something has been written. */
    private static final class Keyboard extends ByteArrayOutputStream implements LineSource {
        private final Deque<String> typed = new ArrayDeque<>();
        private final Predicate<String> presses;
        private Runnable action;
        private String seen;

        /** @param presses Ctrl-C at this state of the output, once */
        Keyboard(Predicate<String> presses, String... lines) {
            this.presses = presses;
            typed.addAll(List.of(lines));
        }

        @Override
        public String next() {
            return typed.poll();
        }

        @Override
        public boolean interactive() {
            return true;
        }

        @Override
        public void onInterrupt(Runnable what) {
            action = what;
            press();
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            press();
        }

        private void press() {
            String now = toString(StandardCharsets.UTF_8);
            if (seen == null && action != null && presses.test(now)) {
                seen = now;
                action.run();
            }
        }
    }

    private String converse(Keyboard keyboard) throws IOException {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                InputStream.nullInputStream(),
                new Output(keyboard, true),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                true,
                true);
        CommandContext context = new CommandContext(console, new Interruption(), WarmUp.NONE, Map.of());
        try (Model model = Myna.load(
                        NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), ModelOptions.defaults());
                Session session = model.newSession(SessionOptions.defaults())) {
            ChatLoop loop = new ChatLoop(
                    context,
                    session,
                    SessionOptions.defaults(),
                    keyboard,
                    GenerationOptions.greedy(),
                    Orientation.APPLY,
                    generation -> List.of(),
                    false,
                    new ToolRunner(ToolFile.NONE, console, keyboard));
            assertEquals(ExitCode.OK, loop.run());
        }
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void nothingIsWrittenAfterCtrlC() throws IOException {
        Keyboard keyboard = new Keyboard(
                out -> out.length() > 3, "/image " + sample("bicycle.png"), "Describe this image in detail.", "/stats");
        String err = converse(keyboard);
        assertEquals(keyboard.seen + "\n", keyboard.toString(StandardCharsets.UTF_8));
        assertTrue(err.contains("2 messages"), "what was shown stays: " + err);
    }

    @Test
    void anAnswerThatIsStoppedBeforeItBeginsIsTakenBack() throws IOException {
        Keyboard keyboard = new Keyboard(out -> true, "Describe this image.", "/stats");
        String err = converse(keyboard);
        assertEquals("\n", keyboard.toString(StandardCharsets.UTF_8));
        assertTrue(err.contains("the question is taken back"), err);
        assertTrue(err.contains(" 0 messages"), err);
    }
}
