// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.command.Models;
import dev.myna.cli.models.Recommendation;
import dev.myna.cli.system.HostFacts;
import dev.myna.cli.text.Units;
import dev.myna.loaders.hub.StoreEntry;
import dev.myna.loaders.hub.StoredModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code myna} alone says on a terminal: what it is, what to type, and which model to get. */
final class Greeting {
    private Greeting() {}

    /**
     * The lines.
     *
     * @param models catalogue and store
     */
    static List<String> lines(Models models) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "Myna answers questions about images, in ten languages. Everything happens on this machine.",
                "",
                "A small demo model is inside. It knows 1,100 drawn things, nothing about photos. Try:",
                "  myna run --image FILE --lang ur    describe an image, here in Urdu",
                "  myna chat                          a conversation; /help lists its commands",
                "  myna serve                         the same in the browser",
                ""));
        List<String> installed = installed(models);
        if (installed.isEmpty()) {
            lines.addAll(recommended(models));
        } else {
            lines.add("Installed models:");
            installed.forEach(name -> lines.add("  myna chat " + name));
        }
        lines.add("");
        lines.add("myna fit compares models on this machine, myna list --all shows the catalogue,");
        lines.add("myna --help lists all commands.");
        return lines;
    }

    private static List<String> installed(Models models) throws IOException {
        List<String> names = new ArrayList<>();
        for (StoreEntry entry : models.store().entries()) {
            if (entry.problem().isEmpty()) {
                entry.model().map(StoredModel::name).ifPresent(names::add);
            }
        }
        return names;
    }

    private static List<String> recommended(Models models) throws IOException {
        Optional<Long> free = HostFacts.availableMemory();
        Optional<Recommendation> best =
                Recommendation.of(models.manifests(), free.orElse(Long.MAX_VALUE), Recommendation.UNMEASURED);
        String memory = free.map(bytes -> " (" + Units.bytes(bytes) + " of memory are free)")
                .orElse("");
        return best.map(model -> List.of(
                        "For real images, a model that fits this machine" + memory + ":",
                        "  " + model.summary(),
                        "  " + model.command()))
                .orElse(List.of("No model of the catalogue fits in the memory that is free now" + memory + "."));
    }
}
