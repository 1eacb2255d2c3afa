// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.LongWork;
import dev.myna.cli.command.Models;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.CardLines;
import dev.myna.cli.text.Units;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.hub.Downloader;
import dev.myna.loaders.hub.HubFile;
import dev.myna.loaders.hub.HubOptions;
import dev.myna.loaders.hub.Manifest;
import dev.myna.loaders.hub.ManifestReader;
import dev.myna.loaders.hub.ModelName;
import dev.myna.loaders.hub.ModelStore;
import dev.myna.loaders.hub.StoredModel;
import dev.myna.loaders.io.Reads;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Downloads a model, and converts it if needed. */
@Command(
        name = "pull",
        header = "Download a model, and convert it to GGUF if needed. Resumes an interrupted download.",
        customSynopsis = "myna pull NAME[:VARIANT]|hf:ORG/REPO[:QUANT] [--accept-license] [options]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        descriptionHeading = "%n",
        description = {
            "Shows the licence, the size and the free space, then asks. Converts published checkpoints to the",
            "variant's type. Reads tokens from HF_TOKEN, or MYNA_MIRROR_TOKEN for a mirror, and proxies from",
            "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. Uses files of a Hugging Face cache."
        },
        footer = {
            "",
            "Examples:",
            "  myna pull mobilevlm-1.7b",
            "  myna pull palo-7b:q4_k_m --allow-unverified",
            "  myna pull hf:second-state/Llava-v1.5-7B-GGUF:q8_0",
            "  MYNA_MIRROR=https://mirror.example myna pull llava-1.5-7b --accept-license"
        },
        sortOptions = false)
public final class PullCommand implements Callable<Integer> {
    private static final int MAX_MANIFEST_BYTES = 1 << 20;

    private final CommandContext context;

    @Parameters(
            paramLabel = "NAME",
            description = "model name (see myna list --all), or your own manifest, FILE.json",
            completionCandidates = CatalogueNames.class)
    private String name;

    @Option(names = "--accept-license", description = "accept the model's terms without a question")
    private boolean accept;

    @Option(
            names = "--allow-unverified",
            description = "also download files without a published SHA-256, and record their SHA-256")
    private boolean allowUnverified;

    @Option(
            names = "--mirror",
            paramLabel = "URL",
            description = "server to use instead of https://huggingface.co; default: MYNA_MIRROR")
    private String mirror;

    @Option(names = "--offline", description = "use local files only, not the network")
    private boolean offline;

    @Option(names = "--connections", paramLabel = "N", description = "max. connections per file (default 4)")
    private int connections = 4;

    @Option(
            names = "--clip",
            paramLabel = "DIR",
            description = "checkpoint of the vision tower, if the model's has none")
    private Path clip;

    @Option(names = "--keep-source", description = "keep the downloaded checkpoint, for other variants")
    private boolean keepSource;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "worker threads for the conversion; 0 = one per core")
    private int threads;

    public PullCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        int workers = LongWork.threads(threads);
        if (connections < 1 || connections > 16) {
            throw new RequestException("--connections must be 1 to 16, not " + connections);
        }
        Optional<Manifest> own = ownManifest();
        ModelName parsed = own.<ModelName>map(manifest -> new ModelName.Known(manifest.id(), Optional.empty()))
                .or(() -> ModelName.parse(name))
                .orElseThrow(() -> new RequestException(
                        "'" + name + "' is not a model name: see myna list --all, or use hf:ORG/REPO[:QUANT]"));
        context.models().requireFolder();
        ModelStore store = context.models().store();
        if (own.isEmpty() && (parsed.variant().isPresent() || offline)) {
            Optional<StoredModel> there = context.models().stored(parsed);
            if (there.isPresent()) {
                return finish(there.get(), " is already installed");
            }
        }
        try (Downloader downloader =
                new Downloader(store, options(), offline ? Downloader.Network.OFFLINE : Downloader.Network.ALLOWED)) {
            PullPlan plan = own.isPresent() ? PullPlan.of(own.get(), Optional.empty()) : plan(parsed, downloader);
            Optional<StoredModel> there = store.find(plan.base(), plan.variant());
            if (there.isPresent()) {
                return finish(there.get(), " is already installed");
            }
            requireDigests(plan);
            if (plan.files().isEmpty()) {
                plan = plan.withFilesOf(
                        downloader,
                        own.isPresent() ? own.get().upstream().orElseThrow().repo() : repository(parsed));
            }
            show(plan, store, downloader);
            requireConsent(plan);
            StoredModel model = new Puller(context, store, downloader, plan)
                    .run(workers, Optional.ofNullable(clip), keepSource ? Puller.Source.KEEP : Puller.Source.DROP);
            return finish(model, " is installed");
        }
    }

    /** The user's own manifest, if the name is a JSON file. */
    private Optional<Manifest> ownManifest() throws IOException {
        if (!name.endsWith(".json")) {
            return Optional.empty();
        }
        Path file = Path.of(name);
        try (InputStream in = new ByteArrayInputStream(Reads.small(file, MAX_MANIFEST_BYTES))) {
            return Optional.of(ManifestReader.read(in, name));
        }
    }

    private HubOptions options() {
        Map<String, String> variables = context.environment();
        if (Stream.of("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
                .anyMatch(variable -> variables.getOrDefault(variable, "").contains("@"))) {
            // Whoever puts a password into the proxy's address wants it sent: Java would not, on the way to https.
            System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        }
        HubOptions options = HubOptions.defaults(context.environment()).withConnections(connections);
        String base = mirror != null ? mirror : context.environment().get("MYNA_MIRROR");
        return base == null || base.isBlank() ? options : options.withMirror(base);
    }

    private PullPlan plan(ModelName parsed, Downloader downloader) throws IOException {
        return switch (parsed) {
            case ModelName.Known known ->
                PullPlan.of(
                        context.models()
                                .manifest(known.id())
                                .orElseThrow(() -> new ModelException(
                                        "the catalogue has no model " + known.id() + Models.instead(known.id()))),
                        known.variant());
            case ModelName.Repository repository ->
                PullPlan.of(downloader.list(repository.repo(), "main"), repository.variant());
        };
    }

    private String repository(ModelName parsed) throws IOException {
        return context.models()
                .manifest(parsed.base())
                .flatMap(Manifest::upstream)
                .orElseThrow()
                .repo();
    }

    private void requireDigests(PullPlan plan) {
        if (allowUnverified) {
            return;
        }
        if (plan.files().isEmpty()) {
            throw new RequestException("the catalogue has no list of files for " + plan.base()
                    + ": add --allow-unverified to use the list of the hub");
        }
        List<HubFile> unknown = plan.unverifiable();
        if (!unknown.isEmpty()) {
            throw new RequestException(unknown.size() + " of "
                    + plan.files().get().size() + " files of " + plan.name()
                    + " have no published SHA-256 (" + unknown.getFirst().name()
                    + (unknown.size() > 1 ? ", …" : "")
                    + "): add --allow-unverified to download them and record their SHA-256");
        }
    }

    private void show(PullPlan plan, ModelStore store, Downloader downloader) throws IOException {
        Console console = context.console();
        long total = 0;
        long missing = 0;
        for (HubFile file : plan.files().orElseThrow()) {
            total += file.expectedBytes();
            missing += downloader.missingBytes(file);
        }
        long made = plan.convert().map(convert -> expectedResult(convert, plan)).orElse(0L);
        long free = Puller.freeSpace(store);
        CardLines lines = new CardLines();
        lines.add("model", plan.title() + ", " + plan.name());
        lines.add("from", plan.source());
        plan.terms().forEach(line -> lines.add("terms", line));
        lines.add("digests", digests(plan));
        lines.add(
                "download",
                Units.bytes(missing) + (missing < total ? " of " + Units.bytes(total) : "") + " in "
                        + plan.files().orElseThrow().size() + " files");
        if (made > 0) {
            lines.add("conversion", "to " + plan.variant() + ", about " + Units.bytes(made));
        }
        lines.add("free", Units.bytes(free) + " in " + store.root());
        lines.lines().forEach(console.err()::println);
        if (missing + made > free) {
            throw new FileSystemException(
                    store.root().toString(),
                    null,
                    "about " + Units.bytes(missing + made) + " needed, but only " + Units.bytes(free) + " free");
        }
    }

    private static String digests(PullPlan plan) {
        int all = plan.files().orElseThrow().size();
        int unknown = plan.unverifiable().size();
        return unknown == 0 ? "published" : "not published for " + unknown + " of " + all + " files: not checked";
    }

    /** 16-bit weights become as much smaller as the type's blocks are. */
    private static long expectedResult(Manifest.Convert convert, PullPlan plan) {
        long source = plan.files().orElseThrow().stream()
                .mapToLong(HubFile::expectedBytes)
                .sum();
        FileType type = FileType.byName(convert.type()).orElseThrow();
        return (long) (source * 8.0 * type.base().blockBytes() / type.base().blockSize() / 16 * 1.1);
    }

    private void requireConsent(PullPlan plan) throws IOException {
        if (accept) {
            return;
        }
        if (!context.console().inputIsTerminal()) {
            if (plan.requiresAcceptance()) {
                throw new RequestException(
                        plan.base() + ": read the terms above, and add --accept-license if you accept them");
            }
            return;
        }
        context.console().err().print("Accept the terms and continue? [y/N] ");
        context.console().err().flush();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(context.console().in(), StandardCharsets.UTF_8));
        String answer = in.readLine();
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw new RequestException("nothing was downloaded");
        }
    }

    private int finish(StoredModel model, String state) {
        context.console().note(model.name() + state + ": " + Units.bytes(model.bytes()));
        context.console().out().line(model.name());
        context.console().note("next: myna run -m " + model.name() + " --image photo.jpg");
        return ExitCode.OK;
    }
}
