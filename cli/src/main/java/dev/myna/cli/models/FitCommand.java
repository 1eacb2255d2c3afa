// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.LongWork;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.command.Models;
import dev.myna.cli.options.ImageTokensConverter;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.system.HostFacts;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Output;
import dev.myna.cli.text.Controls;
import dev.myna.cli.text.Json;
import dev.myna.cli.text.Units;
import dev.myna.engine.ImageTiles;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.hub.HubFile;
import dev.myna.loaders.hub.Manifest;
import dev.myna.loaders.hub.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Estimates which models this machine can run, and how fast. */
@Command(
        name = "fit",
        header = "Show which models fit in this machine's memory, and estimate their speed.",
        customSynopsis =
                "myna fit [MODEL] [-c N] [-ctk TYPE] [-ctv TYPE] [--image-tokens MIN,MAX] [--tiles N] [--json]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        descriptionHeading = "%n",
        description = {
            "Measures the read bandwidth of memory for two seconds: a token takes as long as reading its weights.",
            "Without MODEL it recommends one and compares the catalogue. A ~ marks estimates for models that are not",
            "installed."
        },
        sortOptions = false)
public final class FitCommand implements Callable<Integer> {
    /** Share of the read bandwidth that decoding reaches, from the coarsest to the plainest types (docs/performance.md). */
    static final double LOW = 0.4;

    static final double HIGH = 0.8;
    /** Weights of this size stay in CPU caches: then memory bandwidth does not limit the speed. */
    private static final long CACHED = 64L << 20;

    /** Bytes per second that any machine reaches, unless it is busy. */
    private static final double BUSY = 1e9;

    private static final int DEFAULT_CONTEXT = 4096;
    private static final int NAME_WIDTH = 26;
    private static final int COLUMN_WIDTH = 11;

    private final CommandContext context;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description = "a GGUF file or model name; default: the whole catalogue",
            completionCandidates = CatalogueNames.class)
    private String model;

    @Option(names = "--mmproj", paramLabel = "FILE", description = "vision GGUF; default: the one beside the model")
    private Path mmproj;

    @Option(
            names = {"-c", "--ctx-size"},
            paramLabel = "N",
            description = "context size in positions; 0 = the model's, max. 4096")
    private int contextSize;

    @Option(
            names = {"-ctk", "--cache-type-k"},
            paramLabel = "TYPE",
            description = "type of cached keys: f16 (default), q8_0 or f32")
    private ModelArguments.CacheType keyType = ModelArguments.CacheType.f16;

    @Option(
            names = {"-ctv", "--cache-type-v"},
            paramLabel = "TYPE",
            description = "type of cached values: f16 (default), q8_0 or f32")
    private ModelArguments.CacheType valueType = ModelArguments.CacheType.f16;

    @Option(
            names = "--image-tokens",
            paramLabel = "MIN,MAX",
            converter = ImageTokensConverter.class,
            description = "Qwen: positions that an image may take; default: the model's, max. 1024")
    private ImageTokens imageTokens = ImageTokens.STANDARD;

    @Option(
            names = "--tiles",
            paramLabel = "N",
            description = "at most N tiles per image; 1 = no tiles, 0 = as the model says")
    private int tiles;

    @Option(names = "--pan-and-scan", description = "Gemma 3: also crops of long images")
    private boolean panAndScan;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "worker threads; 0 = one per core")
    private int threads;

    @Option(names = "--json", description = "one JSON object per model")
    private boolean json;

    public FitCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        int workers = LongWork.threads(threads);
        if (contextSize < 0) {
            throw new RequestException("context size must be 0 (the model's) or more, not " + contextSize);
        }
        if (model == null && (imageTokens.isGiven() || tiles != 0 || panAndScan)) {
            throw new RequestException(
                    "--image-tokens, --tiles and --pan-and-scan need a MODEL: families differ in them");
        }
        Map<String, Footprint> footprints = footprints();
        context.console().note("measuring the read bandwidth of memory");
        double bandwidth = Devices.roofline(workers).read();
        if (bandwidth < BUSY) {
            context.console()
                    .note(
                            "memory was read at less than 1 GB/s: other programs are busy; speeds are too low, try again later");
        }
        double believed = bandwidth < BUSY ? Recommendation.UNMEASURED : bandwidth;
        if (model == null && !json) {
            recommend(believed);
            printShort(believed);
            return ExitCode.OK;
        }
        if (!json) {
            context.console()
                    .out()
                    .line(String.format(
                            Locale.ROOT,
                            "memory %s, %s available; read at %.1f GB/s by %d threads",
                            memory(HostFacts.totalMemory()),
                            memory(HostFacts.availableMemory()),
                            bandwidth / 1e9,
                            workers));
            context.console().out().line(row("model", List.of("weights", "KV cache", "all", "fits", "tokens/s")));
        }
        footprints.forEach((name, footprint) -> print(name, footprint, bandwidth));
        return ExitCode.OK;
    }

    private void recommend(double bandwidth) throws IOException {
        Output out = context.console().out();
        long free = HostFacts.availableMemory().orElse(Long.MAX_VALUE);
        Optional<Recommendation> best = Recommendation.of(context.models().manifests(), free, bandwidth);
        if (best.isEmpty()) {
            out.line("No model of the catalogue fits in the memory that is free now, "
                    + memory(HostFacts.availableMemory()) + ": close other programs, or use the embedded model.");
            return;
        }
        out.line("Recommended: " + best.get().summary());
        out.line(best.get().reason());
        out.line("  " + best.get().command());
    }

    /** A line for each model in its usual type, the smallest first. */
    private void printShort(double bandwidth) throws IOException {
        Output out = context.console().out();
        out.line("");
        out.line(String.format(
                Locale.ROOT,
                "memory %s, %s available; read at %.1f GB/s",
                memory(HostFacts.totalMemory()),
                memory(HostFacts.availableMemory()),
                bandwidth / 1e9));
        out.line(row("model", List.of("memory", "fits", "languages", "tokens/s", "download")));
        record Line(Manifest manifest, Footprint footprint, long total) {}
        List<Line> all = new ArrayList<>();
        for (Manifest manifest : context.models().manifests()) {
            Footprint.of(manifest, manifest.standardVariant()).ifPresent(footprint -> {
                long positions = contextSize > 0 ? contextSize : Math.min(DEFAULT_CONTEXT, footprint.contextLength());
                all.add(new Line(manifest, footprint, footprint.total(positions, cacheShare())));
            });
        }
        all.sort(Comparator.comparingLong(Line::total));
        for (Line each : all) {
            double max = bandwidth / each.footprint().perToken();
            Manifest.Variant variant = each.manifest().standardVariant();
            boolean converted = variant.files().isEmpty();
            out.line(row(
                    each.manifest().id(),
                    List.of(
                            Units.bytes(each.total()),
                            fits(each.total()),
                            Integer.toString(Recommendation.languages(each.manifest())),
                            each.footprint().perToken() > CACHED ? speed(LOW * max) + "-" + speed(HIGH * max) : "fast",
                            converted
                                    ? "converted"
                                    : Units.bytes(variant.files().stream()
                                            .mapToLong(HubFile::expectedBytes)
                                            .sum()))));
        }
        out.line("Of the languages, Myna's own ten are counted. myna fit MODEL shows one model, --json all types.");
    }

    private static String memory(Optional<Long> bytes) {
        return bytes.map(Units::bytes).orElse("unknown");
    }

    private Map<String, Footprint> footprints() throws IOException {
        Map<String, Footprint> footprints = new LinkedHashMap<>();
        if (model != null) {
            footprints.put(model, footprint(model));
            return footprints;
        }
        footprints.put(Models.EMBEDDED, footprint(Models.EMBEDDED));
        for (Manifest manifest : context.models().manifests()) {
            for (Manifest.Variant variant : manifest.variants()) {
                Footprint.of(manifest, variant)
                        .ifPresent(found -> footprints.put(manifest.id() + ":" + variant.name(), found));
            }
        }
        return footprints;
    }

    private Footprint footprint(String text) throws IOException {
        if (text.equals(Models.EMBEDDED)) {
            List<GgufFile> parts = ModelFiles.embedded();
            return Footprint.of(parts.getFirst(), Optional.of(parts.getLast()), imageTokens, imageTiles());
        }
        if (!Files.exists(Path.of(text))) {
            Optional<ModelName> name = ModelName.parse(text);
            boolean here =
                    name.isPresent() && context.models().stored(name.get()).isPresent();
            Optional<Manifest> manifest = name.isEmpty() || here
                    ? Optional.empty()
                    : context.models().manifest(name.get().base());
            if (manifest.isPresent()) {
                return byManifest(manifest.get(), name.get().variant());
            }
        }
        ModelArguments arguments = new ModelArguments();
        arguments.model = Path.of(text);
        arguments.mmproj = mmproj;
        context.models().resolve(arguments);
        Path vision = arguments.mmproj != null
                ? arguments.mmproj
                : ModelFiles.findMmproj(arguments.model, ModelFiles.Vision.IF_PRESENT);
        try (GgufFile decoder = GgufFile.open(arguments.model);
                GgufFile tower = vision == null ? null : GgufFile.open(vision)) {
            return Footprint.of(decoder, Optional.ofNullable(tower), imageTokens, imageTiles());
        }
    }

    private ImageTiles imageTiles() {
        return new ImageTiles(tiles, panAndScan);
    }

    private Footprint byManifest(Manifest manifest, Optional<String> variant) {
        if (!imageTiles().equals(ImageTiles.STANDARD)) {
            throw new RequestException(manifest.id()
                    + " is not installed, and the catalogue does not say how its images are cut: pull it, or"
                    + " drop --tiles and --pan-and-scan");
        }
        Manifest.Variant chosen = variant.isEmpty()
                ? manifest.standardVariant()
                : manifest.variant(variant.get())
                        .orElseThrow(() -> new RequestException(manifest.id() + " has no variant " + variant.get()
                                + ": see myna show " + manifest.id()));
        return Footprint.of(manifest, chosen, imageTokens)
                .orElseThrow(() -> new RequestException("the catalogue has no size for " + manifest.id()));
    }

    /** Bytes of the cache relative to f16. */
    private double cacheShare() {
        return (perWeight(keyType.tensorType()) + perWeight(valueType.tensorType())) / 4;
    }

    private static double perWeight(TensorType type) {
        return (double) type.blockBytes() / type.blockSize();
    }

    private void print(String name, Footprint footprint, double bandwidth) {
        long positions = contextSize > 0 ? contextSize : Math.min(DEFAULT_CONTEXT, footprint.contextLength());
        long cache = footprint.cache().bytes(positions, cacheShare());
        long total = footprint.total(positions, cacheShare());
        String fits = fits(total);
        double max = bandwidth / (footprint.perToken() + footprint.cache().read(positions / 2, cacheShare()));
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("model", name);
            map.put("exact", footprint.exact());
            map.put("context", positions);
            map.put("weights", footprint.weights());
            map.put("kv_cache", cache);
            map.put("scratch", footprint.scratch());
            map.put("total", total);
            map.put("available", HostFacts.availableMemory().orElse(null));
            map.put("fits", fits);
            map.put("read_bandwidth", Math.round(bandwidth));
            if (footprint.perToken() > CACHED) {
                map.put("tokens_per_second_low", LOW * max);
                map.put("tokens_per_second_high", HIGH * max);
            }
            context.console().out().line(Json.text(map));
            return;
        }
        context.console()
                .out()
                .line(row(
                        (footprint.exact() ? "" : "~") + name,
                        List.of(
                                Units.bytes(footprint.weights()),
                                Units.bytes(cache),
                                Units.bytes(total),
                                fits,
                                footprint.perToken() > CACHED ? speed(LOW * max) + "-" + speed(HIGH * max) : "fast")));
    }

    private static String speed(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%.1f" : "%.0f", perSecond);
    }

    /** A model that does not fit still runs, but reads weights from the disk again and again. */
    private static String fits(long total) {
        Optional<Long> available = HostFacts.availableMemory();
        if (available.isEmpty()) {
            return "unknown";
        }
        if (total <= available.get()) {
            return "yes";
        }
        return total <= HostFacts.totalMemory().orElse(0L) ? "not now" : "no";
    }

    private static String row(String name, List<String> columns) {
        StringBuilder line = new StringBuilder(Controls.oneLine(name));
        line.append(" ".repeat(Math.max(0, NAME_WIDTH - line.length())));
        for (String column : columns) {
            line.append(" ".repeat(Math.max(1, COLUMN_WIDTH - column.length()))).append(column);
        }
        return line.toString();
    }
}
