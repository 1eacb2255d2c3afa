// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root: global options, and {@code run} for whoever names no command. */
@Command(
        name = "myna",
        header = "Ask about images in ten languages, offline, in pure Java.",
        customSynopsis = {"myna [run] --image FILE [--lang CODE] [-p TEXT] [options]", "       myna COMMAND [options]"},
        versionProvider = MynaCommand.Version.class,
        commandListHeading = "%nCommands:%n",
        synopsisHeading = "%nUsage: ",
        footer = {
            "",
            "Languages: en zh hi es fr ar bn ru ur ja",
            "",
            "Examples:",
            "  myna --image photo.jpg --lang ur",
            "  myna -m palo-7b.gguf --image photo.jpg -p \"What is the man holding?\"",
            "  myna pull mobilevlm-1.7b && myna chat -m mobilevlm-1.7b",
            "",
            "Exit codes: 0 ok, 1 generation failed (or every row of --jsonl), 2 usage, 3 environment,",
            "            4 model, 5 image, 6 download, 7 wrong checksum, 8 out of memory, 130 interrupted"
        })
final class MynaCommand implements Callable<Integer> {
    private static final Set<String> ROOT_ONLY = Set.of("-h", "--help", "-V", "--version");

    private final Console console;
    private final Interruption interruption;
    private final WarmUp warmUp;
    private final Models models;
    private boolean modelUsed;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "show this help and exit")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "show the version and exit")
    private boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "show stack traces of failures")
    private boolean debug;

    @Option(
            names = "--color",
            scope = ScopeType.INHERIT,
            paramLabel = "WHEN",
            description = "auto, always or never; NO_COLOR is honoured")
    private ColorMode color = ColorMode.auto;

    /** Spelled as people type it. */
    enum ColorMode {
        auto,
        always,
        never
    }

    MynaCommand(Console console, Interruption interruption, WarmUp warmUp, Map<String, String> environment) {
        this.warmUp = warmUp;
        this.models = new Models(environment);
        this.console = console;
        this.interruption = interruption;
    }

    /**
     * The parser for {@code args}: with the one command that they name, because reading a command's options takes time in a fresh
     * JVM, or with all of them if they name none.
     */
    static CommandLine commandLine(MynaCommand root, String[] args) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("run", () -> new RunCommand(root));
        commands.put("chat", () -> new ChatCommand(root));
        commands.put("serve", () -> new ServeCommand(root));
        commands.put("pull", () -> new PullCommand(root));
        commands.put("list", () -> new ListCommand(root));
        commands.put("show", () -> new ShowCommand(root));
        commands.put("rm", () -> new RmCommand(root));
        commands.put("convert", () -> new ConvertCommand(root));
        commands.put("quantize", () -> new QuantizeCommand(root));
        commands.put("verify", () -> new VerifyCommand(root));
        commands.put("inspect", () -> new InspectCommand(root));
        commands.put("tokenize", () -> new TokenizeCommand(root));
        commands.put("bench", () -> new BenchCommand(root));
        commands.put("fit", () -> new FitCommand(root));
        commands.put("doctor", () -> new DoctorCommand(root));
        commands.put("completion", () -> new CompletionCommand(root));
        commands.put("man", () -> new ManCommand(root));
        int first = afterGlobalOptions(args);
        if (first < args.length && commands.containsKey(args[first])) {
            commands.keySet().retainAll(Set.of(args[first]));
        }
        CommandLine line = new CommandLine(root);
        commands.values().forEach(command -> line.addSubcommand(command.get()));
        // A question may begin with @, and no file of arguments is documented.
        line.setExpandAtFiles(false);
        line.registerConverter(Path.class, new UserPath.Converter());
        line.setExecutionStrategy(parsed -> root.execute(parsed));
        return line;
    }

    /** Runs what was parsed, after a look at what would else go unnoticed. */
    private int execute(ParseResult parsed) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        boolean asksForHelp = last.isUsageHelpRequested() || last.isVersionHelpRequested();
        if (!asksForHelp) {
            new GivenOptions(last).requireOnce();
            GivenOptions.unknownVariables(models.environment()).forEach(console::note);
        }
        return new RunLast().execute(parsed);
    }

    /** {@code args} with {@code run} inserted when they start with an option of it, or when a question is piped in. */
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

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return ExitCode.OK;
    }

    Console console() {
        return console;
    }

    Interruption interruption() {
        return interruption;
    }

    /** Notes that this run has loaded a model. */
    void useModel() {
        modelUsed = true;
    }

    /** Whether a model was loaded, so that a faster start would be worth something. */
    boolean modelUsed() {
        return modelUsed;
    }

    WarmUp warmUp() {
        return warmUp;
    }

    Models models() {
        return models;
    }

    boolean debug() {
        return debug;
    }

    /** The build's version, from the resource the build filters. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"myna " + version()};
        }

        static String version() {
            Properties properties = new Properties();
            try (InputStream in = MynaCommand.class.getResourceAsStream("/META-INF/myna/version.properties")) {
                properties.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return properties.getProperty("version");
        }
    }
}
