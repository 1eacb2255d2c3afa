// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.Inputs;
import dev.myna.cli.options.ImageNames;
import dev.myna.cli.options.LanguageConverter;
import dev.myna.cli.system.UserPath;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.LineSource;
import dev.myna.cli.text.AnswerText;
import dev.myna.cli.text.Controls;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
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
final class ChatLoop {
    /** Max. consecutive answers with tool calls. */
    private static final int MAX_ROUNDS = 16;

    private final CommandContext context;
    private final Console console;
    private final Session session;
    private final SessionOptions sessionOptions;
    private final LineSource lines;
    private final Orientation orientation;
    private final Function<Generation, List<String>> figures;
    private final boolean verbose;
    private final ToolRunner tools;
    private final Thoughts thoughts;

    /** Of the next question. */
    private final List<ChatHistory.NamedImage> images = new ArrayList<>();

    private ChatHistory history = new ChatHistory();
    private GenerationOptions options;
    private Language language = Language.EN;
    private List<String> lastFigures = List.of();

    /**
     * @param sessionOptions of the session
     * @param figures lines about an answer
     * @param verbose whether to print them after every answer
     * @param tools runs the tools that the model calls
     */
    ChatLoop(
            CommandContext context,
            Session session,
            SessionOptions sessionOptions,
            LineSource lines,
            GenerationOptions options,
            Orientation orientation,
            Function<Generation, List<String>> figures,
            boolean verbose,
            ToolRunner tools) {
        this.context = context;
        this.console = context.console();
        this.session = session;
        this.sessionOptions = sessionOptions;
        this.lines = lines;
        this.options = options;
        this.orientation = orientation;
        this.figures = figures;
        this.verbose = verbose;
        this.tools = tools;
        thoughts = new Thoughts(console, lines.interactive());
    }

    /** Runs until the user leaves; returns the exit code. */
    int run() throws IOException {
        for (String line = lines.next(); line != null; line = lines.next()) {
            String text = line.strip();
            if (text.equals(ChatCommands.EXIT.word()) || text.equals("/quit")) {
                break;
            }
            try {
                handle(text);
            } catch (ImageException e) {
                console.error(e.fault() == ImageException.Fault.INTERRUPTED ? "stopped" : e.getMessage());
            } catch (RequestException | GenerationException e) {
                console.error(e.getMessage());
            } finally {
                lines.onInterrupt(null);
                // An interrupt that came too late is not for what follows.
                boolean ignored = lines.interactive() && Thread.interrupted();
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
        String word = blank < 0 ? text : text.substring(0, blank);
        String argument = blank < 0 ? "" : text.substring(blank + 1).strip();
        for (ChatCommands command : ChatCommands.values()) {
            if (command.word().equals(word)) {
                // Reading images may take a while.
                lines.onInterrupt(Thread.currentThread()::interrupt);
                run(command, argument);
                return;
            }
        }
        boolean image = PastedPaths.of(text).stream().allMatch(ImageNames::isImage);
        throw new RequestException(
                image
                        ? "to add that image to the next question: /image " + text
                        : "unknown command " + word + ": /help lists the commands");
    }

    private void run(ChatCommands command, String argument) throws IOException {
        switch (command) {
            case IMAGE -> addImage(argument);
            case IMAGES -> listImages();
            case LANG ->
                language = Language.byCode(argument)
                        .orElseThrow(() -> new RequestException(
                                "unknown language '" + argument + "': choose one of " + LanguageConverter.codes()));
            case SYSTEM -> system(argument);
            case SET -> set(argument);
            case STATS -> stats();
            case REGEN -> regenerate();
            case UNDO -> undo();
            case THOUGHTS -> thoughts.show();
            case SAVE -> {
                ChatFile.save(history, UserPath.of(fileName(ChatCommands.SAVE, argument)));
                console.err().println("conversation saved, " + history.entries().size() + " messages");
            }
            case LOAD -> {
                history = ChatFile.load(UserPath.of(fileName(ChatCommands.LOAD, argument)), orientation);
                images.clear();
                console.err()
                        .println("conversation loaded, " + history.entries().size() + " messages");
            }
            case CLEAR -> {
                history.clear();
                images.clear();
            }
            case HELP -> ChatCommands.help().forEach(console.err()::println);
            case EXIT -> throw new RequestException("/exit takes no argument");
        }
    }

    /** One name, as terminals paste it. */
    private static String fileName(ChatCommands command, String argument) {
        List<String> names = PastedPaths.of(argument);
        if (argument.isEmpty() || names.size() != 1) {
            throw new RequestException(command.word() + " needs the name of one file");
        }
        return names.getFirst();
    }

    private void addImage(String argument) throws IOException {
        if (argument.isEmpty() || Inputs.isStdin(argument)) {
            throw new RequestException("/image needs a file name");
        }
        for (String name : PastedPaths.of(argument)) {
            RgbImage image = Inputs.image(name, InputStream.nullInputStream(), orientation);
            images.add(new ChatHistory.NamedImage(name, image));
            console.err().println(image.width() + " x " + image.height() + " image added to the next question");
        }
    }

    private void listImages() {
        int question = 0;
        int shown = 0;
        for (ChatHistory.Entry entry : history.entries()) {
            question += entry.message() instanceof ChatMessage.User ? 1 : 0;
            for (ChatHistory.NamedImage image : entry.images()) {
                console.err().println("question " + question + "  " + describe(image));
                shown++;
            }
        }
        images.forEach(image -> console.err().println("next question  " + describe(image)));
        if (shown + images.size() == 0) {
            console.err().println("(no images yet: /image FILE adds one)");
        }
    }

    private static String describe(ChatHistory.NamedImage image) {
        return image.image().width() + " x " + image.image().height() + "  " + Controls.oneLine(image.name());
    }

    private void system(String text) {
        if (text.isEmpty()) {
            String now = history.system() == null ? sessionOptions.systemText() : history.system();
            console.err().println(now.isEmpty() ? "(the prompt format's own)" : Controls.visible(now));
        } else if (text.equals("off")) {
            history.setSystem(null);
        } else {
            history.setSystem(text);
        }
    }

    private void set(String argument) {
        if (argument.isEmpty()) {
            ChatSettings.show(options).forEach(console.err()::println);
        } else {
            options = ChatSettings.set(options, argument);
        }
    }

    private void stats() {
        lastFigures.forEach(console.err()::println);
        console.err()
                .println("context " + session.contextUsed() + " of " + session.contextSize() + " positions, "
                        + history.entries().size() + " messages");
    }

    private void undo() {
        ChatHistory.Entry entry =
                history.undo().orElseThrow(() -> new RequestException("there is no question to take back"));
        String text = ((ChatMessage.User) entry.message()).message().text();
        console.err().println("taken back: " + Controls.oneLine(text));
    }

    private void ask(String text) throws IOException {
        if (text.isEmpty() && images.isEmpty()) {
            return;
        }
        history.addQuestion(text.isEmpty() ? language.describe() : text, images);
        images.clear();
        answerQuestion();
    }

    private void regenerate() throws IOException {
        if (history.entries().isEmpty()) {
            throw new RequestException("there is no question to answer again");
        }
        history.keepQuestion();
        // The same seed would give the same answer.
        options = options.toBuilder().seed(options.seed() + 1).build();
        answerQuestion();
    }

    /** Answers, and runs the tools that the answer calls, until an answer calls none. */
    private void answerQuestion() throws IOException {
        boolean complete = false;
        try {
            for (int round = 0; ; round++) {
                ChatMessage.Assistant answer = answer();
                if (answer == null) {
                    console.err().println("(stopped before the answer began: the question is taken back)");
                    return;
                }
                history.add(answer);
                if (answer.calls().isEmpty()) {
                    complete = true;
                    return;
                }
                if (round == MAX_ROUNDS) {
                    throw new RequestException(
                            "the model keeps calling tools: stopped after " + MAX_ROUNDS + " rounds");
                }
                history.addAll(tools.results(answer.calls()));
            }
        } finally {
            if (!complete) {
                // It does not fit the context, was not wanted any more, or lacks results of calls: later questions go
                // without it.
                var ignored = history.undo();
            }
        }
    }

    /** @return null if it was stopped before it had any text */
    private ChatMessage.Assistant answer() {
        AnswerText text = new AnswerText();
        AtomicBoolean stopped = new AtomicBoolean();
        thoughts.begin();
        // The whole conversation each time: what the KV cache has of it is not computed again.
        session.clear();
        ChatMessage.Assistant answer;
        try (Generation generation = session.generate(history.messages(), options)) {
            context.interruption().watch(generation::close);
            context.warmUp().end();
            lines.onInterrupt(() -> {
                if (stopped.getAndSet(true)) {
                    System.exit(ExitCode.INTERRUPTED);
                }
                generation.close();
            });
            show(generation, text, stopped);
            answer = generation.message();
            lastFigures = figures.apply(generation);
            if (stopped.get() && answer.text().isEmpty() && answer.calls().isEmpty()) {
                return null;
            }
        } finally {
            lines.onInterrupt(null);
            context.interruption().watch(null);
            thoughts.end();
            console.out().write("\n");
        }
        if (verbose) {
            lastFigures.forEach(console.err()::println);
        }
        return answer;
    }

    /** Writes pieces as they come; none after the user has stopped the answer. */
    private void show(Generation generation, AnswerText text, AtomicBoolean stopped) {
        try (WaitLine wait = lines.interactive() ? WaitLine.of(console.err(), generation) : null) {
            List<AnswerEvent> events = generation.nextEvents();
            if (wait != null) {
                wait.close();
            }
            while (!events.isEmpty() && !stopped.get()) {
                for (AnswerEvent event : events) {
                    write(event, text);
                }
                events = generation.nextEvents();
            }
        }
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
