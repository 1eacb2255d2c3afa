// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.cli.options.ChatTemplate;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.system.UserFolders;
import dev.myna.cli.text.Suggestion;
import dev.myna.engine.ChatFormat;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.hub.HubFile.Role;
import dev.myna.loaders.hub.Manifest;
import dev.myna.loaders.hub.ManifestReader;
import dev.myna.loaders.hub.ModelName;
import dev.myna.loaders.hub.ModelStore;
import dev.myna.loaders.hub.StoreEntry;
import dev.myna.loaders.hub.StoredModel;
import dev.myna.models.ModelManifests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Models by name: those of the catalogue and those in the store. */
public final class Models {
    /** The name of the embedded model. */
    public static final String EMBEDDED = "nano";

    /** Names that a message offers, at most. */
    private static final int NEAREST = 4;

    /** A folder that cannot exist: its parent is a file. */
    private static final Path NOWHERE = Path.of(System.getProperty("java.home"), "release", "no-home");

    private final Map<String, String> environment;

    Models(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The store of installed models; for a user without a folder, an empty one. */
    public ModelStore store() {
        return new ModelStore(
                UserFolders.of(environment).cache().orElse(NOWHERE).resolve("models"));
    }

    /** @throws IOException if the user has no folder to keep models in */
    public void requireFolder() throws IOException {
        if (UserFolders.of(environment).cache().isEmpty()) {
            throw new IOException("there is no home folder for models: set MYNA_CACHE to a folder");
        }
    }

    /** The manifest of that id, if there is one. */
    public Optional<Manifest> manifest(String id) throws IOException {
        if (!ModelManifests.ids().contains(id)) {
            return Optional.empty();
        }
        try (InputStream in = ModelManifests.open(id)) {
            return Optional.of(ManifestReader.read(in, id + ".json"));
        }
    }

    /** All manifests. */
    public List<Manifest> manifests() throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        for (String id : ModelManifests.ids()) {
            manifests.add(manifest(id).orElseThrow());
        }
        return manifests;
    }

    /**
     * Replaces the name of an installed model in the options by its files. Leaves file names alone.
     *
     * @throws ModelException if the model is not installed
     */
    public void resolve(ModelArguments arguments) throws IOException {
        if (arguments.model != null) {
            requireConverted(arguments.model);
        }
        if (arguments.model == null || Files.exists(arguments.model)) {
            return;
        }
        String text = arguments.model.toString();
        if (text.equals(EMBEDDED)) {
            arguments.model = null;
            return;
        }
        Optional<StoredModel> stored = find(text);
        if (stored.isEmpty()) {
            return;
        }
        arguments.model = path(stored.get(), Role.decoder).orElseThrow();
        if (arguments.chatTemplate == null && ModelName.parse(text).orElseThrow() instanceof ModelName.Known known) {
            // The format of the publication wins over the template of the tokenizer.
            manifest(known.id()).ifPresent(manifest -> arguments.chatTemplate = new ChatTemplate(format(manifest)));
        }
        if (arguments.mmproj == null && !arguments.noMmproj) {
            arguments.mmproj = path(stored.get(), Role.mmproj).orElse(null);
        }
    }

    /**
     * Refuses a published checkpoint: a folder of safetensors or PyTorch files, or one of these files.
     *
     * @throws ModelException with the command that converts it
     */
    private static void requireConverted(Path given) {
        boolean weights = given.toString().matches("(?i).*[.]safetensors|.*pytorch_model[^/]*[.]bin");
        Path folder =
                weights && Files.isRegularFile(given) ? given.toAbsolutePath().getParent() : given;
        boolean checkpoint = Files.isDirectory(folder) && Files.isRegularFile(folder.resolve("config.json"));
        if (!checkpoint) {
            return;
        }
        String shown = folder.toString().contains(" ") ? "'" + folder + "'" : folder.toString();
        throw new ModelException(
                given + ": this is a published checkpoint, not a GGUF file; convert it with: myna convert " + shown
                        + " -o . --type q4_k_m");
    }

    private static ChatFormat format(Manifest manifest) {
        if (manifest.promptFormat().equals("template")) {
            return ChatFormat.OF_MODEL;
        }
        return ChatFormat.Named.byLabel(manifest.promptFormat())
                .orElseThrow(() -> new RequestException("the manifest of " + manifest.id() + " names the prompt format "
                        + manifest.promptFormat() + ", which Myna does not know"));
    }

    /** The decoder file of a model name; {@code given} itself if it is a file. */
    public Path decoder(Path given) throws IOException {
        if (Files.exists(given)) {
            return given;
        }
        return find(given.toString())
                .flatMap(model -> path(model, Role.decoder))
                .orElse(given);
    }

    /** The files of a model name; {@code given} itself if it is a file. */
    public List<Path> files(Path given) throws IOException {
        return List.copyOf(digests(given).keySet());
    }

    /** Files as in {@link #files}, each with its expected SHA-256; an empty one if none is known. */
    public Map<Path, String> digests(Path given) throws IOException {
        Optional<StoredModel> stored = Files.exists(given) ? Optional.empty() : find(given.toString());
        Map<Path, String> digests = new LinkedHashMap<>();
        if (stored.isEmpty()) {
            digests.put(given, "");
        } else {
            stored.get().files().forEach(file -> digests.put(store().blob(file.sha256()), file.sha256()));
        }
        return digests;
    }

    private Optional<Path> path(StoredModel model, Role role) {
        return model.file(role).map(file -> store().blob(file.sha256()));
    }

    /**
     * The installed model of that name; empty if the text looks like a file name.
     *
     * @throws ModelException if it is a model name, but the model is not installed
     */
    Optional<StoredModel> find(String text) throws IOException {
        Optional<ModelName> name = text.endsWith(".gguf") ? Optional.empty() : ModelName.parse(text);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Optional<StoredModel> stored = stored(name.get());
        if (stored.isPresent()) {
            return stored;
        }
        boolean known = name.get() instanceof ModelName.Repository
                || manifest(name.get().base()).isPresent();
        throw new ModelException(
                known
                        ? text + " is not installed: run myna pull " + text
                        : text + ": no such file, and no such model in the catalogue"
                                + instead(name.get().base()));
    }

    /** How a message about an unknown name ends: the nearest names, or where to find all. */
    public static String instead(String name) {
        List<String> nearest = Suggestion.nearest(name, ModelManifests.ids(), NEAREST);
        return nearest.isEmpty()
                ? ": myna list --all shows the models that myna pull can download, myna fit recommends one"
                : "; did you mean " + String.join(", ", nearest) + "? (myna list --all shows all)";
    }

    /** The installed variant of that name; without a variant the default one, or the only installed one. */
    public Optional<StoredModel> stored(ModelName name) throws IOException {
        if (name.variant().isPresent()) {
            return store().find(name.base(), name.variant().get());
        }
        List<StoredModel> here = store().variants(name.base());
        if (here.isEmpty()) {
            for (StoreEntry entry : store().entries(name.base())) {
                if (entry.model().isEmpty() && entry.problem().isPresent()) {
                    throw new ModelException(entry.problem().get());
                }
            }
        }
        if (here.size() <= 1) {
            return here.stream().findFirst();
        }
        Optional<String> standard =
                manifest(name.base()).map(manifest -> manifest.standardVariant().name());
        return Optional.of(here.stream()
                .filter(model -> standard.isPresent() && model.variant().equals(standard.get()))
                .findFirst()
                .orElseThrow(() -> new RequestException("several variants of " + name.base()
                        + " are installed: choose one of "
                        + String.join(", ", here.stream().map(StoredModel::name).toList()))));
    }
}
