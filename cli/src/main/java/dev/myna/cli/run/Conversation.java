// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.Inputs;
import dev.myna.cli.options.ImageNames;
import dev.myna.cli.options.LanguageConverter;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.LineSource;
import dev.myna.cli.text.AnswerText;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Message;
import dev.myna.engine.Session;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.AnswerEvent;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** The loop of {@code myna chat}: commands, questions, answers. */
final class Conversation {
    static final List<String> COMMANDS = List.of("/image", "/lang", "/clear", "/regen", "/thoughts", "/help", "/exit");

    /** Max. consecutive answers with tool calls. */
    private static final int MAX_ROUNDS = 16;

    private static final List<String> HELP = List.of(
            "/image FILE  add an image to the next question (an empty question asks for a description)",
            "/lang CODE   language of descriptions: " + LanguageConverter.codes(),
            "/regen       answer the last question again",
            "/thoughts    show the reasoning before the last answer",
            "/clear       forget the conversation",
            "/exit        leave (or Ctrl-D, or Ctrl-C twice)",
            "Ctrl-C stops an answer.");

    private final CommandContext context;
    private final Console console;
    private final Session session;
    private final LineSource lines;
    private final Orientation orientation;
    private final Function<Generation, List<String>> figures;
    private final ToolRunner tools;
    private final Thoughts thoughts;
    private final List<RgbImage> images = new ArrayList<>();
    private GenerationOptions options;
    private Language language = Language.EN;

    /**
     * @param figures lines to print after an answer
     * @param tools runs the tools that the model calls
     */
    Conversation(
            CommandContext context,
            Session session,
            LineSource lines,
            GenerationOptions options,
            Orientation orientation,
            Function<Generation, List<String>> figures,
            ToolRunner tools) {
        this.context = context;
        this.console = context.console();
        this.session = session;
        this.lines = lines;
        this.options = options;
        this.orientation = orientation;
        this.figures = figures;
        this.tools = tools;
        thoughts = new Thoughts(console, lines.interactive());
    }

    /** Runs until the user leaves; returns the exit code. */
    int run() throws IOException {
        for (String line = lines.next(); line != null; line = lines.next()) {
            String text = line.strip();
            if (text.equals("/exit") || text.equals("/quit")) {
                break;
            }
            try {
                handle(text);
            } catch (RequestException | ImageException | GenerationException e) {
                console.error(e.getMessage());
            }
        }
        return ExitCode.OK;
    }

    private void handle(String text) throws IOException {
        if (!text.startsWith("/")) {
            ask(text);
            return;
        }
        int blank = text.indexOf(' ');
        String command = blank < 0 ? text : text.substring(0, blank);
        String argument = blank < 0 ? "" : text.substring(blank + 1).strip();
        switch (command) {
            case "/image" -> addImage(argument);
            case "/lang" ->
                language = Language.byCode(argument)
                        .orElseThrow(() -> new RequestException(
                                "unknown language '" + argument + "': choose one of " + LanguageConverter.codes()));
            case "/clear" -> {
                session.clear();
                images.clear();
            }
            case "/regen" -> regenerate();
            case "/thoughts" -> thoughts.show();
            case "/help" -> HELP.forEach(console.err()::println);
            default -> {
                boolean image = PastedPaths.of(text).stream().allMatch(ImageNames::isImage);
                throw new RequestException(
                        image
                                ? "to add that image to the next question: /image " + text
                                : "unknown command " + command + ": /help lists the commands");
            }
        }
    }

    private void addImage(String argument) throws IOException {
        if (argument.isEmpty() || Inputs.isStdin(argument)) {
            throw new RequestException("/image needs a file name");
        }
        for (String name : PastedPaths.of(argument)) {
            RgbImage image = Inputs.image(name, InputStream.nullInputStream(), orientation);
            images.add(image);
            console.err().println(image.width() + " x " + image.height() + " image added to the next question");
        }
    }

    private void ask(String text) throws IOException {
        if (text.isEmpty() && images.isEmpty()) {
            return;
        }
        Message message = Message.of(text.isEmpty() ? language.describe() : text, images.toArray(RgbImage[]::new));
        images.clear();
        answer(message);
    }

    private void regenerate() throws IOException {
        Message last = session.undo().orElseThrow(() -> new RequestException("there is no question to answer again"));
        // The same seed would give the same answer.
        options = options.toBuilder().seed(options.seed() + 1).build();
        answer(last);
    }

    /** Answers, and runs the tools that the answer calls, until an answer calls none. */
    private void answer(Message message) throws IOException {
        List<ChatMessage> messages = List.of(new ChatMessage.User(message));
        for (int round = 0; !messages.isEmpty(); round++) {
            ChatMessage.Assistant answer = answer(messages);
            if (round == MAX_ROUNDS && !answer.calls().isEmpty()) {
                throw new RequestException("the model keeps calling tools: stopped after " + MAX_ROUNDS + " rounds");
            }
            messages = answer.calls().isEmpty() ? List.of() : tools.results(answer.calls());
        }
    }

    private ChatMessage.Assistant answer(List<ChatMessage> messages) {
        AnswerText text = new AnswerText();
        AtomicBoolean stopped = new AtomicBoolean();
        List<String> afterwards = List.of();
        ChatMessage.Assistant answer;
        thoughts.begin();
        try (Generation generation = session.generate(messages, options)) {
            context.interruption().watch(generation::close);
            context.warmUp().end();
            lines.onInterrupt(() -> {
                if (stopped.getAndSet(true)) {
                    System.exit(ExitCode.INTERRUPTED);
                }
                generation.close();
            });
            for (List<AnswerEvent> events = generation.nextEvents();
                    !events.isEmpty();
                    events = generation.nextEvents()) {
                for (AnswerEvent event : events) {
                    write(event, text);
                }
            }
            answer = generation.message();
            afterwards = figures.apply(generation);
        } finally {
            lines.onInterrupt(null);
            context.interruption().watch(null);
            thoughts.end();
            console.out().write("\n");
        }
        afterwards.forEach(console.err()::println);
        return answer;
    }

    private void write(AnswerEvent event, AnswerText text) {
        switch (event) {
            case AnswerEvent.Content(String piece) -> {
                thoughts.end();
                console.out().write(text.accept(piece));
            }
            case AnswerEvent.Reasoning(String piece) -> thoughts.add(piece);
            case AnswerEvent.Call _, AnswerEvent.Arguments _ -> {}
        }
    }
}
