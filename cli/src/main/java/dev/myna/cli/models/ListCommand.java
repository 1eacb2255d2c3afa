// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.Controls;
import dev.myna.cli.text.Json;
import dev.myna.cli.text.Units;
import dev.myna.loaders.hub.Manifest;
import dev.myna.loaders.hub.StoreEntry;
import dev.myna.loaders.hub.StoredModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Installed models, and the catalogue. */
@Command(
        name = "list",
        header = "List installed models; with --all, also those that can be downloaded.",
        customSynopsis = "myna list [--all] [--json]",
        synopsisHeading = "%nUsage: ",
        sortOptions = false)
public final class ListCommand implements Callable<Integer> {
    private static final int NAME_WIDTH = 28;
    private static final int SIZE_WIDTH = 12;

    private final CommandContext context;

    @Option(names = "--all", description = "also the models in the catalogue")
    private boolean all;

    @Option(names = "--json", description = "one JSON object per line")
    private boolean json;

    public ListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        List<StoreEntry> here = context.models().store().entries();
        for (StoreEntry entry : here) {
            if (entry.problem().isEmpty()) {
                entry.model().ifPresent(this::print);
            } else {
                context.console().note(entry.problem().get());
            }
        }
        if (all) {
            for (Manifest manifest : context.models().manifests()) {
                print(manifest);
            }
        } else if (here.isEmpty()) {
            context.console().note("no models are installed: myna list --all shows those that myna pull can download");
        }
        return ExitCode.OK;
    }

    private void print(StoredModel model) {
        if (json) {
            Map<String, Object> map = row(model.name(), "here", model.title());
            map.put("bytes", model.bytes());
            map.put("source", model.source());
            context.console().out().line(Json.text(map));
        } else {
            line(model.name(), Units.bytes(model.bytes()), model.title());
        }
    }

    /** A model of the catalogue and its variants. */
    private void print(Manifest manifest) {
        boolean embedded = manifest.upstream().isEmpty();
        List<String> variants = new ArrayList<>();
        for (Manifest.Variant variant : manifest.variants()) {
            variants.add(variant.standard() ? 0 : variants.size(), variant.name());
        }
        if (json) {
            Map<String, Object> map = row(manifest.id(), embedded ? "embedded" : "known", manifest.title());
            map.put("variants", variants);
            context.console().out().line(Json.text(map));
        } else {
            line(
                    manifest.id(),
                    embedded ? "built in" : "-",
                    manifest.title() + ": " + String.join(" ", variants)
                            + (manifest.checkpoint().isPresent() ? ", or another type of myna convert" : ""));
        }
    }

    private static Map<String, Object> row(String name, String state, String title) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("state", state);
        map.put("title", title);
        return map;
    }

    private void line(String name, String size, String title) {
        context.console()
                .out()
                .line(Controls.oneLine(padded(name, NAME_WIDTH) + " "
                        + " ".repeat(Math.max(0, SIZE_WIDTH - size.length())) + size + "  " + title));
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
