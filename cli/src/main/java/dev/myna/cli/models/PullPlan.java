// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.engine.error.RequestException;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.hub.Downloader;
import dev.myna.loaders.hub.HubFile;
import dev.myna.loaders.hub.HubRepository;
import dev.myna.loaders.hub.Manifest;
import dev.myna.loaders.hub.Manifest.Convert;
import dev.myna.loaders.hub.Manifest.Licence;
import dev.myna.loaders.hub.ModelName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How to get a model: what to download, and what to convert.
 *
 * @param base its name without the variant
 * @param title for people
 * @param modelName {@code general.name} of converted files
 * @param source repository and revision, as far as they are known
 * @param files to download: the model's, or those of its checkpoint; empty if the hub has the list
 * @param convert how to convert the checkpoint; empty for a GGUF model
 * @param terms lines about licences
 * @param requiresAcceptance whether the user must accept the terms
 * @param abbreviatedRevision the beginning of the commit, if only that is known
 */
record PullPlan(
        String base,
        String variant,
        String title,
        String modelName,
        String source,
        Optional<List<HubFile>> files,
        Optional<Convert> convert,
        List<String> terms,
        boolean requiresAcceptance,
        Optional<String> abbreviatedRevision) {
    private static final String DEFAULT_TYPE = "q4_k_m";

    /** The name as users type it. */
    String name() {
        return base + ":" + variant;
    }

    /** The files without a known digest. */
    List<HubFile> unverifiable() {
        return files.orElse(List.of()).stream()
                .filter(file -> !file.verifiable())
                .toList();
    }

    /**
     * Plans from a manifest.
     *
     * @throws RequestException if the model has no such variant
     */
    static PullPlan of(Manifest manifest, Optional<String> variant) {
        Manifest.Upstream upstream = manifest.upstream()
                .orElseThrow(() -> new RequestException(manifest.id() + " is built in: there is nothing to download"));
        Manifest.Variant chosen = variant.isEmpty()
                ? manifest.standardVariant()
                : manifest.variant(variant.get())
                        .or(() -> converted(manifest, variant.get()))
                        .orElseThrow(() -> new RequestException(manifest.id() + " has no variant " + variant.get()
                                + ": it has "
                                + String.join(
                                        ", ",
                                        manifest.variants().stream()
                                                .map(Manifest.Variant::name)
                                                .toList())));
        return new PullPlan(
                manifest.id(),
                chosen.name(),
                manifest.title(),
                upstream.repo().substring(upstream.repo().indexOf('/') + 1),
                "https://huggingface.co/" + upstream.repo() + " at "
                        + upstream.revision()
                                .or(() -> upstream.abbreviatedRevision().map(text -> text + "…"))
                                .orElse("its newest revision"),
                chosen.convert().isPresent()
                        ? manifest.checkpoint().flatMap(Manifest.Checkpoint::files)
                        : Optional.of(chosen.files()),
                chosen.convert(),
                terms(manifest),
                manifest.terms().requiresAcceptance(),
                upstream.abbreviatedRevision());
    }

    /** A checkpoint can be converted to any type. */
    private static Optional<Manifest.Variant> converted(Manifest manifest, String type) {
        return manifest.checkpoint()
                .flatMap(_ -> convertTo(type))
                .map(convert -> new Manifest.Variant(type, false, 0, List.of(), Optional.of(convert)));
    }

    private static Optional<Convert> convertTo(String type) {
        return FileType.byName(type)
                .filter(known -> known != FileType.Q2_K_S)
                .map(known -> new Convert(known.name().toLowerCase(Locale.ROOT), "f16"));
    }

    private static List<String> terms(Manifest manifest) {
        List<String> lines = new ArrayList<>();
        lines.add("weights: " + licence(manifest.terms().weights()));
        manifest.terms().baseModel().ifPresent(licence -> lines.add("base model: " + licence(licence)));
        manifest.terms().data().ifPresent(licence -> lines.add("data: " + licence(licence)));
        lines.add(manifest.terms().summary());
        return lines;
    }

    private static String licence(Licence licence) {
        return licence.name() + licence.url().map(url -> ", " + url).orElse("");
    }

    /**
     * Plans from the list of the hub.
     *
     * @throws RequestException if the repository has nothing that Myna can run
     */
    static PullPlan of(HubRepository repository, Optional<String> variant) {
        Optional<HubRepository.Ready> ready = repository.ready(variant);
        String type = ready.map(HubRepository.Ready::variant).orElse(variant.orElse(DEFAULT_TYPE));
        Optional<Convert> convert = ready.isPresent() ? Optional.empty() : convertTo(type);
        if (ready.isEmpty() && convert.isEmpty()) {
            throw new RequestException(
                    "hf:" + repository.repo() + ":" + type + ": unknown type " + type + ": try " + DEFAULT_TYPE);
        }
        List<HubFile> files = ready.map(HubRepository.Ready::files)
                .or(repository::checkpoint)
                .orElseThrow(() -> new RequestException("hf:" + repository.repo()
                        + " has neither a GGUF file nor a checkpoint with config.json and weights"));
        return new PullPlan(
                ModelName.PREFIX + repository.repo(),
                type,
                repository.repo(),
                repository.repo().substring(repository.repo().indexOf('/') + 1),
                "https://huggingface.co/" + repository.repo() + " at " + repository.commit(),
                Optional.of(files),
                convert,
                List.of("weights: "
                        + repository
                                .licence()
                                .map(name -> "\"" + name + "\" on the card")
                                .orElse("no licence stated")
                        + ", https://huggingface.co/" + repository.repo()),
                false,
                Optional.empty());
    }

    /** This plan with the files that the hub lists, for a manifest without a list. */
    PullPlan withFilesOf(Downloader downloader, String repo) throws IOException {
        HubRepository repository = downloader.list(repo, "main");
        List<HubFile> listed = repository
                .checkpoint()
                .orElseThrow(() ->
                        new RequestException(base + ": the hub no longer lists config.json and weights in " + repo));
        return new PullPlan(
                base,
                variant,
                title,
                modelName,
                "https://huggingface.co/" + repo + " at " + repository.commit(),
                Optional.of(listed),
                convert,
                terms,
                requiresAcceptance,
                Optional.empty());
    }
}
