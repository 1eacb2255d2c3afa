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

/** Frees the room that models take. */
@Command(
        name = "rm",
        header = "Remove models from the store, or what no model uses.",
        customSynopsis = {"myna rm NAME[:VARIANT]...", "       myna rm --unused"},
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        descriptionHeading = "%n",
        description = "Files that another model shares stay. A model that is running keeps its files until it ends.",
        sortOptions = false)
public final class RmCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "without VARIANT: all variants that are here")
    private List<String> names = List.of();

    @Option(names = "--unused", description = "downloads that were cut short, checkpoints that were kept")
    private boolean unused;

    public RmCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (names.isEmpty() && !unused) {
            throw new RequestException("say which model to remove, or --unused");
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

    /** Records of no use too: removing is what they are still good for. */
    private static List<StoreEntry> find(ModelStore store, String name) throws IOException {
        ModelName parsed = ModelName.parse(name)
                .orElseThrow(() -> new RequestException("'" + name + "' is no model's name: see myna list"));
        List<StoreEntry> found = store.entries(parsed.base()).stream()
                .filter(model ->
                        parsed.variant().isEmpty() || parsed.variant().get().equals(model.variant()))
                .toList();
        if (found.isEmpty()) {
            throw new ModelException(name + " is not here: see myna list");
        }
        return found;
    }
}
