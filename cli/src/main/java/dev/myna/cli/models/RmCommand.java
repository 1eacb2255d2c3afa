// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.Units;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.hub.ModelName;
import dev.myna.loaders.hub.ModelStore;
import dev.myna.loaders.hub.StoreEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes models and frees their disk space. */
@Command(
        name = "rm",
        header = "Remove models, or files that no model uses.",
        customSynopsis = {"myna rm NAME[:VARIANT]...", "       myna rm --unused"},
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        descriptionHeading = "%n",
        description = "Files shared with another model stay. A running model keeps its files until it ends.",
        sortOptions = false)
public final class RmCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "without VARIANT: all installed variants")
    private List<String> names = List.of();

    @Option(names = "--unused", description = "remove interrupted downloads and kept checkpoints")
    private boolean unused;

    public RmCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (names.isEmpty() && !unused) {
            throw new RequestException("name a model to remove, or use --unused");
        }
        ModelStore store = context.models().store();
        // Everything is looked up before anything is removed.
        List<StoreEntry> models = new ArrayList<>();
        for (String name : names) {
            models.addAll(find(store, name));
        }
        for (StoreEntry model : models) {
            long freed = store.remove(model);
            context.console().out().line(model.name() + " removed, " + Units.bytes(freed) + " freed");
        }
        if (unused) {
            context.console().out().line(Units.bytes(store.removeUnused()) + " freed");
        }
        return ExitCode.OK;
    }

    /** Also finds damaged records, so that they can be removed. */
    private static List<StoreEntry> find(ModelStore store, String name) throws IOException {
        ModelName parsed = ModelName.parse(name)
                .orElseThrow(() -> new RequestException("'" + name + "' is not a model name: see myna list"));
        List<StoreEntry> found = store.entries(parsed.base()).stream()
                .filter(model ->
                        parsed.variant().isEmpty() || parsed.variant().get().equals(model.variant()))
                .toList();
        if (found.isEmpty()) {
            throw new ModelException(name + " is not installed: see myna list");
        }
        return found;
    }
}
