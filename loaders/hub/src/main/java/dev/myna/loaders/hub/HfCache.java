// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The cache of Hugging Face's own tools; read only. */
final class HfCache {
    private static final Pattern RESOLVE =
            Pattern.compile(Pattern.quote(HubOptions.HUB) + "([^/]+)/([^/]+)/resolve/([^/]+)/([^/?#]+)");

    private final Optional<Path> root;

    /** The folder that {@code HF_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME} or {@code HOME} names. */
    HfCache(Map<String, String> environment) {
        this.root = folder(environment, "HF_HUB_CACHE", "")
                .or(() -> folder(environment, "HF_HOME", "hub"))
                .or(() -> folder(environment, "XDG_CACHE_HOME", "huggingface/hub"))
                .or(() -> folder(environment, "HOME", ".cache/huggingface/hub"));
    }

    private static Optional<Path> folder(Map<String, String> environment, String variable, String below) {
        try {
            return Optional.ofNullable(environment.get(variable))
                    .filter(text -> !text.isBlank())
                    .map(text -> Path.of(text).resolve(below));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** The cached file of one of the URLs, if there is one. Its content is not checked. */
    Optional<Path> find(HubFile file) {
        return root.flatMap(folder -> file.urls().stream()
                .map(url -> find(folder, url))
                .flatMap(Optional::stream)
                .findFirst());
    }

    private static Optional<Path> find(Path folder, URI url) {
        Matcher address = RESOLVE.matcher(url.toString());
        if (!address.matches()) {
            return Optional.empty();
        }
        try {
            Path model = folder.resolve("models--" + address.group(1) + "--" + address.group(2));
            Path reference = model.resolve("refs").resolve(address.group(3));
            String revision = Files.isRegularFile(reference) && Files.size(reference) < 100
                    ? Files.readString(reference).strip()
                    : address.group(3);
            if (!revision.matches("[A-Za-z0-9._-]+") || revision.startsWith(".")) {
                return Optional.empty();
            }
            Path file = model.resolve("snapshots").resolve(revision).resolve(address.group(4));
            return Files.isRegularFile(file) ? Optional.of(file.toRealPath()) : Optional.empty();
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }
}
