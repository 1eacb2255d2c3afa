// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.batch.BatchCommand;
import dev.myna.cli.bench.BenchCommand;
import dev.myna.cli.command.CommandContext;
import dev.myna.cli.eval.EvalCommand;
import dev.myna.cli.models.ConvertCommand;
import dev.myna.cli.models.FitCommand;
import dev.myna.cli.models.InspectCommand;
import dev.myna.cli.models.ListCommand;
import dev.myna.cli.models.PullCommand;
import dev.myna.cli.models.QuantizeCommand;
import dev.myna.cli.models.RmCommand;
import dev.myna.cli.models.ShowCommand;
import dev.myna.cli.models.TokenizeCommand;
import dev.myna.cli.models.VerifyCommand;
import dev.myna.cli.options.GivenOptions;
import dev.myna.cli.run.ChatCommand;
import dev.myna.cli.run.RunCommand;
import dev.myna.cli.serve.ServeCommand;
import dev.myna.cli.system.UserPath;
import dev.myna.cli.terminal.Console;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** The list of commands, and the parser for them. A new command is one line here and a class of its own. */
final class Commands {
    private static final Set<String> ROOT_ONLY = Set.of("-h", "--help", "-V", "--version");

    private Commands() {}

    /** All commands in the order of the help text. */
    private static Map<String, Supplier<Object>> list(CommandContext context) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("run", () -> new RunCommand(context));
        commands.put("chat", () -> new ChatCommand(context));
        commands.put("batch", () -> new BatchCommand(context));
        commands.put("serve", () -> new ServeCommand(context));
        commands.put("pull", () -> new PullCommand(context));
        commands.put("list", () -> new ListCommand(context));
        commands.put("show", () -> new ShowCommand(context));
        commands.put("rm", () -> new RmCommand(context));
        commands.put("convert", () -> new ConvertCommand(context));
        commands.put("quantize", () -> new QuantizeCommand(context));
        commands.put("verify", () -> new VerifyCommand(context));
        commands.put("inspect", () -> new InspectCommand(context));
        commands.put("tokenize", () -> new TokenizeCommand(context));
        commands.put("bench", () -> new BenchCommand(context));
        commands.put("eval", () -> new EvalCommand(context));
        commands.put("fit", () -> new FitCommand(context));
        commands.put("doctor", () -> new DoctorCommand(context));
        commands.put("completion", () -> new CompletionCommand(context, () -> parser(context)));
        commands.put("man", () -> new ManCommand(context, () -> parser(context)));
        return commands;
    }

    /**
     * The parser for {@code args}. It has only the command that they name, because to read a command's options takes time in a
     * fresh JVM. If they name none, it has all commands.
     */
    static CommandLine parser(CommandContext context, String... args) {
        Map<String, Supplier<Object>> commands = list(context);
        int first = afterGlobalOptions(args);
        if (first < args.length && commands.containsKey(args[first])) {
            commands.keySet().retainAll(Set.of(args[first]));
        }
        CommandLine line = new CommandLine(new MynaCommand(context));
        commands.values().forEach(command -> line.addSubcommand(command.get()));
        // A question may begin with @. Files of arguments are not documented.
        line.setExpandAtFiles(false);
        // Of several letters are names such as -sys: it is not -s with the value ys.
        line.setPosixClusteredShortOptionsAllowed(false);
        line.registerConverter(Path.class, new UserPath.Converter());
        line.setExecutionStrategy(parsed -> execute(parsed, context));
        return line;
    }

    /** Runs the parsed command. First refuses repeated options, and notes variables without effect. */
    private static int execute(ParseResult parsed, CommandContext context) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        boolean asksForHelp = last.isUsageHelpRequested() || last.isVersionHelpRequested();
        if (!asksForHelp) {
            new GivenOptions(last).requireOnce();
            GivenOptions.unknownVariables(context.environment()).forEach(context.console()::note);
        }
        return new RunLast().execute(parsed);
    }

    /** {@code args} with {@code run} inserted if they start with one of its options, or if a question is piped in. */
    static String[] withDefaultVerb(String[] args, Console console) {
        if (args.length == 0 && !console.inputIsTerminal()) {
            return new String[] {"run"};
        }
        int first = afterGlobalOptions(args);
        if (first == args.length || !args[first].startsWith("-") || ROOT_ONLY.contains(args[first])) {
            return args;
        }
        String[] withVerb = new String[args.length + 1];
        System.arraycopy(args, 0, withVerb, 0, first);
        withVerb[first] = "run";
        System.arraycopy(args, first, withVerb, first + 1, args.length - first);
        return withVerb;
    }

    private static int afterGlobalOptions(String[] args) {
        int first = 0;
        while (first < args.length && (args[first].equals("--debug") || args[first].startsWith("--color="))) {
            first++;
        }
        return first;
    }
}
