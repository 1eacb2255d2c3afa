// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.surface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.myna.cli.command.CommandContext;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.run.ChatCommand;
import dev.myna.cli.run.RunCommand;
import dev.myna.cli.serve.ServeCommand;
import dev.myna.cli.serve.openai.Completions;
import dev.myna.cli.terminal.Interruption;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.langchain4j.MynaOptions;
import dev.myna.langchain4j.MynaRequestParameters;
import dev.myna.loaders.image.ImageDecoder;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Every ability is on every surface under the name that docs/abilities.md gives; {@code -Dmyna.write=true} writes the page. */
class AbilitiesTest {
    private static final Path PAGE = Path.of("../docs/abilities.md");

    /** Classes of the library and of langchain4j whose methods cells name; a builder's where there is one. */
    private static final Map<String, Class<?>> CLASSES = Map.of(
            "GenerationOptions", GenerationOptions.Builder.class,
            "SessionOptions", SessionOptions.Builder.class,
            "ModelOptions", ModelOptions.Builder.class,
            "Message", Message.class,
            "ImageDecoder", ImageDecoder.class,
            "ChatRequestParameters", ChatRequestParameters.class,
            "MynaRequestParameters", MynaRequestParameters.Builder.class,
            "MynaOptions", MynaOptions.class,
            "SystemMessage", SystemMessage.class,
            "ImageContent", ImageContent.class);

    private final CommandContext context = new CommandContext(null, new Interruption(), WarmUp.NONE, Map.of());
    private final CommandLine run = new CommandLine(new RunCommand(context));
    private final CommandLine chat = new CommandLine(new ChatCommand(context));
    private final CommandLine serve = new CommandLine(new ServeCommand(context));

    @Test
    void everyCellIsThere() {
        for (Ability each : Ability.ALL) {
            requireMethod(each.library());
            requireMethod(each.langchain4j());
            requireOption(run, each.option());
            if (each.command().isEmpty() || !each.command().equals("/image")) {
                requireOption(chat, each.option());
            }
            if (!each.command().isEmpty()) {
                String help =
                        String.join("\n", chat.getCommandSpec().usageMessage().description());
                assertTrue(help.contains("  " + each.command() + " "), each + "\n" + help);
            }
            if (!each.serve().isEmpty()) {
                requireOption(serve, each.serve());
            }
            if (!each.field().equals(Ability.SERVE)) {
                assertTrue(Completions.chatFields().contains(each.field()), each.toString());
            } else {
                assertTrue(!each.serve().isEmpty(), "neither a request nor the server says it: " + each);
            }
        }
    }

    /** A new option of an answer needs a row. */
    @Test
    void noOptionOfAnswersIsMissing() {
        Set<String> known = Ability.ALL.stream().map(Ability::library).collect(Collectors.toCollection(TreeSet::new));
        Set<String> builders = new TreeSet<>();
        for (Method method : GenerationOptions.Builder.class.getMethods()) {
            if (method.getReturnType() == GenerationOptions.Builder.class) {
                builders.add("GenerationOptions." + method.getName());
            }
        }
        builders.removeAll(known);
        // For programs: what they ask for is no text.
        assertEquals(Set.of("GenerationOptions.logprobs"), builders);

        Set<String> fields = new TreeSet<>(Completions.chatFields());
        Ability.ALL.forEach(each -> fields.remove(each.field()));
        assertEquals(
                Set.of(
                        "json_schema", // llama.cpp's name of a response_format
                        "logprobs",
                        "max_completion_tokens", // the new name of max_tokens
                        "model",
                        "n",
                        "parallel_tool_calls",
                        "stream",
                        "stream_options",
                        "top_logprobs"),
                fields);
    }

    private static void requireMethod(String name) {
        String[] parts = name.split("[.]");
        Class<?> owner = CLASSES.get(parts[0]);
        assertTrue(
                Arrays.stream(owner.getMethods())
                        .anyMatch(method -> method.getName().equals(parts[1])),
                name);
    }

    private static void requireOption(CommandLine command, String name) {
        assertTrue(
                command.getCommandSpec().optionsMap().containsKey(name), command.getCommandName() + " has no " + name);
    }

    /** All names of an option, short ones first. */
    private String names(CommandLine command, String option) {
        OptionSpec spec = command.getCommandSpec().optionsMap().get(option);
        return Arrays.stream(spec.names()).map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }

    @Test
    void thePageIsMadeOfTheList() throws IOException {
        StringBuilder page = new StringBuilder("""
                # What may be asked for, and where

                Every surface has the same abilities, under the names of its field: the command line those of llama.cpp, HTTP those of OpenAI's
                API and llama.cpp's server. `AbilitiesTest` makes this page and checks every cell.

                - *Library*: methods of builders. `GenerationOptions` go to `Session.generate` and `Scheduler.submit`; a `Scheduler` takes
                  `SessionOptions` in `SchedulerOptions.session`, and a request's own messages, tools and variables in `ChatRequest.Chat`.
                - *Command line*: `run` and `chat` have the options; batches of `run --jsonl` take them for all rows. What stands behind a slash is
                  typed in a `chat`.
                - *HTTP*: fields of `POST /v1/chat/completions`; options of `serve` are the defaults, or hold for all requests.
                - *langchain4j*: where no request says it, `MynaOptions.withGeneration` and the options of the scheduler do.
                """);
        Set<String> groups = new LinkedHashSet<>();
        Ability.ALL.forEach(each -> groups.add(each.group()));
        for (String group : groups) {
            page.append("\n## ").append(group).append("\n\n");
            page.append("| ability | library | command line | HTTP | langchain4j |\n|---|---|---|---|---|\n");
            for (Ability each : Ability.ALL) {
                if (each.group().equals(group)) {
                    page.append(row(each));
                }
            }
        }
        if (Boolean.getBoolean("myna.write")) {
            Files.writeString(PAGE, page);
        }
        assertEquals(page.toString(), Files.readString(PAGE), "write the page with -Dmyna.write=true");
    }

    private String row(Ability each) {
        List<String> http = new java.util.ArrayList<>();
        if (!each.field().equals(Ability.SERVE)) {
            http.add("`" + each.field() + "`");
        }
        if (!each.serve().isEmpty()) {
            http.add("`serve " + each.serve() + "`");
        }
        return "| " + each.what() + " | `" + each.library() + "` | " + names(run, each.option())
                + (each.command().isEmpty() ? "" : ", `" + each.command() + "`") + " | " + String.join(", ", http)
                + " | `"
                + each.langchain4j() + "` |\n";
    }
}
