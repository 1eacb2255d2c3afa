// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.CardLines;
import dev.myna.cli.text.Units;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.hub.Manifest;
import dev.myna.loaders.hub.ModelName;
import dev.myna.loaders.hub.ModelStore;
import dev.myna.loaders.hub.StoreEntry;
import dev.myna.loaders.hub.StoredModel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Facts on a model of the catalogue or of the store. */
@Command(
        name = "show",
        header = "Show a model: description, terms, variants and installed files.",
        customSynopsis = "myna show NAME",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        sortOptions = false)
public final class ShowCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(
            paramLabel = "NAME",
            description = "model name, see myna list --all",
            completionCandidates = CatalogueNames.class)
    private String name;

    public ShowCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        ModelName parsed = ModelName.parse(name)
                .orElseThrow(() -> new RequestException("'" + name + "' is not a model name: see myna list --all"));
        Optional<Manifest> manifest = context.models().manifest(parsed.base());
        ModelStore store = context.models().store();
        List<StoreEntry> entries = store.entries(parsed.base()).stream()
                .filter(entry ->
                        parsed.variant().isEmpty() || parsed.variant().get().equals(entry.variant()))
                .toList();
        entries.stream().flatMap(entry -> entry.problem().stream()).forEach(context.console()::note);
        List<StoredModel> here = entries.stream()
                .filter(entry -> entry.problem().isEmpty())
                .flatMap(entry -> entry.model().stream())
                .toList();
        if (manifest.isEmpty() && entries.isEmpty()) {
            throw new ModelException(name + " is neither installed nor in the catalogue: see myna list --all");
        }
        CardLines lines = new CardLines();
        manifest.ifPresent(known -> describe(known, lines));
        here.forEach(model -> describe(model, store, lines));
        if (here.isEmpty()) {
            lines.add(
                    "installed",
                    manifest.flatMap(Manifest::upstream).isPresent()
                            ? "no: run myna pull " + name
                            : "yes, built in: no -m needed");
        }
        lines.lines().forEach(context.console().out()::line);
        return ExitCode.OK;
    }

    private static void describe(Manifest manifest, CardLines lines) {
        lines.add("model", manifest.title() + ": " + manifest.description());
        lines.add("languages", String.join(" ", manifest.languages()));
        Manifest.Architecture architecture = manifest.architecture();
        lines.add(
                "parts",
                architecture.vision().name() + ", " + architecture.projector() + ", "
                        + architecture.decoder().name() + " ("
                        + architecture.decoder().kind() + ")");
        lines.add(
                "images",
                side(manifest.image()) + ", " + manifest.image().resize() + ", "
                        + manifest.image().tokens() + " rows");
        manifest.upstream()
                .ifPresent(upstream -> lines.add(
                        "from", PullPlan.of(manifest, Optional.empty()).source()));
        manifest.upstream()
                .ifPresent(upstream ->
                        PullPlan.of(manifest, Optional.empty()).terms().forEach(line -> lines.add("terms", line)));
        for (Manifest.Variant variant : manifest.variants()) {
            lines.add(
                    "variant",
                    variant.name() + (variant.standard() ? " (default)" : "") + ", needs "
                            + Units.bytes(variant.minMemoryBytes()) + " of memory"
                            + (variant.convert().isPresent() ? ", converted here" : ""));
        }
        lines.add(
                "digests",
                manifest.provenance().hashSource() + ", checked on "
                        + manifest.provenance().checkedOn()
                        + manifest.provenance().note().map(note -> ": " + note).orElse(""));
    }

    private static String side(Manifest.Image image) {
        return image.size().isPresent()
                ? image.size().getAsLong() + " x " + image.size().getAsLong()
                : "any size";
    }

    private static void describe(StoredModel model, ModelStore store, CardLines lines) {
        lines.add("installed", model.name() + ", pulled " + model.pulled() + " from " + model.source());
        for (StoredModel.StoredFile file : model.files()) {
            lines.add(
                    file.role().name(),
                    file.name() + ", " + Units.bytes(file.size()) + ", " + file.known() + " sha256 " + file.sha256());
            lines.add("", store.blob(file.sha256()).toString());
        }
    }
}
