// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.command.Models;
import dev.myna.cli.command.SystemArguments;
import dev.myna.cli.options.Exif;
import dev.myna.cli.options.GivenOptions;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.options.SamplingArguments;
import dev.myna.cli.serve.http.Limits;
import dev.myna.cli.serve.openai.ServerSettings;
import dev.myna.cli.system.Version;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Failure;
import dev.myna.cli.terminal.StopSignals;
import dev.myna.cli.text.Controls;
import dev.myna.cli.text.Units;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.error.RequestException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A model behind HTTP. */
@Command(
        name = "serve",
        header = "Serve a model: a web page for people, the OpenAI API for programs.",
        customSynopsis = "myna serve [MODEL] [--port N] [--parallel N] [options]",
        descriptionHeading = "%n",
        description = {
            "Open the printed address in a browser, or point an OpenAI client at ADDRESS/v1. Only this machine",
            "can reach the server unless --host says otherwise."
        },
        synopsisHeading = "%nUsage: ",
        sortOptions = false)
public final class ServeCommand implements Callable<Integer> {
    private static final int MAX_PORT = 65_535;
    private static final int MAX_PARALLEL = 256;
    private static final int MAX_CHUNK = 4096;
    private static final long MIB = 1 << 20;

    private final CommandContext context;

    /** Hidden: the synopsis shows it. */
    @Parameters(paramLabel = "MODEL", arity = "0..1", hidden = true, description = "model name or file, as for -m")
    Path named;

    @ArgGroup(validate = false, heading = "%nServer:%n", order = 1)
    ServerArguments server = new ServerArguments();

    @ArgGroup(validate = false, heading = ModelArguments.HEADING, order = 2)
    ModelArguments model = new ModelArguments();

    @ArgGroup(validate = false, heading = "%nDefaults for requests:%n", order = 3)
    SystemArguments system = new SystemArguments();

    @ArgGroup(validate = false, heading = "%nSampling (defaults for requests):%n", order = 4)
    SamplingArguments sampling = new SamplingArguments();

    @Option(names = "--exif", paramLabel = "WHAT", description = Exif.HELP)
    Exif exif = Exif.apply;

    @Option(
            names = {"-v", "--verbose"},
            description = "log each request on stderr: path, status, tokens, times; never content")
    boolean verbose;

    /** Addresses, keys and limits. */
    static final class ServerArguments {
        @Option(names = "--host", paramLabel = "HOST", description = "address to listen on (default ${DEFAULT-VALUE})")
        String host = "127.0.0.1";

        @Option(
                names = "--port",
                paramLabel = "N",
                description = "port to listen on (default ${DEFAULT-VALUE}); 0 = any free port")
        int port = 8080;

        @Option(
                names = {"-np", "--parallel"},
                paramLabel = "N",
                description = "answers at once (default ${DEFAULT-VALUE}), each with -c context positions")
        int parallel = 4;

        @Option(names = "--queue", paramLabel = "N", description = "max. waiting requests (default ${DEFAULT-VALUE})")
        int queue = 64;

        @Option(
                names = {"-cram", "--cache-ram"},
                paramLabel = "MIB",
                description = "KV cache memory of earlier conversations (default ${DEFAULT-VALUE}); 0 = none")
        int cacheRam = 512;

        @Option(
                names = "--prompt-chunk",
                paramLabel = "N",
                description = "prefill positions per step, between tokens of other answers (default ${DEFAULT-VALUE})")
        int promptChunk = SchedulerOptions.defaults().promptChunk();

        @Option(
                names = "--no-exact",
                description = "faster with nine or more answers at once; they can then differ from answers given alone")
        boolean inexact;

        @Option(
                names = "--api-key",
                paramLabel = "KEY",
                description = "key that clients must send (repeatable); better: MYNA_API_KEY")
        List<String> keys = new ArrayList<>();

        @Option(names = "--insecure", description = "no key, even if other machines can reach --host")
        boolean insecure;

        @Option(
                names = "--allowed-host",
                paramLabel = "NAME",
                description = "host name of this server in requests (repeatable)")
        List<String> names = new ArrayList<>();

        @Option(
                names = {"-a", "--alias"},
                paramLabel = "NAME",
                description = "model name for clients; default: its name on the command line")
        String alias;

        @Option(
                names = "--drain",
                paramLabel = "SECONDS",
                description = "time for running answers on shutdown (default ${DEFAULT-VALUE})")
        int drainSeconds = 30;

        void check() {
            require(!host.isBlank(), "--host is empty: name an address of this machine");
            require(port >= 0 && port <= MAX_PORT, "--port must be in 0.." + MAX_PORT + ", not " + port);
            require(
                    parallel >= 1 && parallel <= MAX_PARALLEL,
                    "--parallel must be in 1.." + MAX_PARALLEL + ", not " + parallel);
            require(queue >= 0, "--queue must be 0 or more, not " + queue);
            require(
                    promptChunk >= 1 && promptChunk <= MAX_CHUNK,
                    "--prompt-chunk must be in 1.." + MAX_CHUNK + ", not " + promptChunk);
            require(cacheRam >= 0, "--cache-ram must be 0 or more, not " + cacheRam);
            require(drainSeconds >= 0, "--drain must be 0 or more, not " + drainSeconds);
            for (String key : keys) {
                require(
                        !key.isBlank() && key.chars().allMatch(c -> c > 0x20 && c < 0x7F),
                        "an API key must be ASCII without blanks, and not empty");
            }
        }

        private static void require(boolean condition, String message) {
            if (!condition) {
                throw new RequestException(message);
            }
        }

        InetAddress address() {
            InetAddress address;
            try {
                address = InetAddress.getByName(host);
            } catch (UnknownHostException e) {
                throw new RequestException("--host " + host + " is not known: give an address of this machine");
            }
            require(
                    address.isLoopbackAddress() || insecure || !keys.isEmpty(),
                    "--host " + host + " is reachable from other machines: add --api-key KEY (or set MYNA_API_KEY),"
                            + " or --insecure");
            return address;
        }

        /** Host names of this server, besides addresses. */
        List<String> hosts() {
            List<String> hosts = new ArrayList<>(names);
            hosts.add(host);
            return hosts;
        }
    }

    @Spec
    private CommandSpec spec;

    public ServeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        // Wrong options are reported before anything is read.
        String key = context.environment().get("MYNA_API_KEY");
        if (key != null && !key.isEmpty()) {
            server.keys.add(key);
        }
        server.check();
        InetAddress address = server.address();
        sampling.options();
        SchedulerOptions options = SchedulerOptions.builder()
                .slots(server.parallel)
                .queueLength(server.queue)
                .session(system.apply(model.sessionOptions()))
                .promptChunk(server.promptChunk)
                .prefixBytes(server.cacheRam * MIB)
                .exact(!server.inexact)
                .build();
        model.take(named);
        Path asked = model.model;
        context.models().resolve(model);
        try (ModelFiles.Loaded loaded = ModelFiles.open(
                        model, options.session(), ModelFiles.Vision.IF_PRESENT, context.console(), context.warmUp());
                Scheduler scheduler = loaded.model().newScheduler(options)) {
            // No class archive is made afterwards: a stopped server must not start work.
            return serve(loaded, scheduler, settings(address, name(asked), loaded));
        }
    }

    private ServerSettings settings(InetAddress address, String id, ModelFiles.Loaded loaded) {
        Console console = context.console();
        GivenOptions given = new GivenOptions(spec.commandLine().getParseResult());
        GenerationOptions defaults = sampling.options(loaded.model(), given, console);
        return new ServerSettings(
                address,
                server.port,
                server.hosts(),
                server.keys,
                id,
                List.of(loaded.model().info().name()),
                defaults,
                sampling.seed,
                exif.orientation(),
                Limits.of(Runtime.getRuntime().maxMemory()),
                "myna-" + Version.current(),
                context.warmUp()::end,
                verbose ? line -> console.err().println(line) : _ -> {},
                this::report);
    }

    private void report(Throwable problem) {
        context.console()
                .error("a request failed: " + Failure.of(problem).message().orElse(problem.toString()));
        if (context.debug()) {
            context.console().trace(problem);
        }
    }

    /** The model name for clients, without folders. */
    private String name(Path asked) {
        if (server.alias != null) {
            return server.alias;
        }
        if (asked == null) {
            return Models.EMBEDDED;
        }
        String text = asked.toString();
        return text.endsWith(".gguf")
                ? asked.getFileName().toString().replaceFirst("\\.gguf$", "")
                : text.replaceFirst(".*[/\\\\]", "");
    }

    private int serve(ModelFiles.Loaded loaded, Scheduler scheduler, ServerSettings settings)
            throws IOException, InterruptedException {
        try (StopSignals signals = StopSignals.install(context.interruption());
                ApiServer api = listen(loaded, scheduler, settings)) {
            api.start();
            context.console().out().line(announcement(loaded, scheduler, api.port()));
            signals.awaitFirst();
            if (api.activeRequests() > 0) {
                context.console()
                        .note("stopping: waiting for " + api.activeRequests()
                                + " requests; press Ctrl-C again to end them");
            }
            boolean drained = signals.untilSecond(() -> api.drain(Duration.ofSeconds(server.drainSeconds)));
            return drained ? ExitCode.OK : ExitCode.INTERRUPTED;
        }
    }

    private ApiServer listen(ModelFiles.Loaded loaded, Scheduler scheduler, ServerSettings settings)
            throws IOException {
        try {
            return new ApiServer(loaded.model(), scheduler, settings);
        } catch (BindException e) {
            throw new IOException(
                    "cannot listen on " + server.host + " port " + server.port + " ("
                            + e.getMessage().replaceFirst("^.*: ", "") + "): choose another with --port, or 0 for any",
                    e);
        }
    }

    /** The address first, so that a script can read it. */
    private String announcement(ModelFiles.Loaded loaded, Scheduler scheduler, int port) {
        String host = server.host.contains(":") ? "[" + server.host + "]" : server.host;
        boolean everywhere = List.of("0.0.0.0", "::").contains(server.host);
        long cache;
        try (Session session = loaded.model().newSession(model.sessionOptions())) {
            cache = session.cacheBytes();
        }
        return "http://" + (everywhere ? "127.0.0.1" : host) + ":" + port + "  "
                + Controls.oneLine(loaded.model().info().name()) + ", " + server.parallel + " x "
                + scheduler.contextSize() + " positions; memory: weights "
                + Units.bytes(loaded.model().info().weightBytes()) + ", KV caches up to "
                + Units.bytes(cache * server.parallel) + ", earlier conversations up to "
                + Units.bytes(server.cacheRam * MIB) + (everywhere ? "; all interfaces" : "")
                + (server.keys.isEmpty() ? "" : "; API key required");
    }
}
