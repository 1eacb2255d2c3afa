// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.io.Reads;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record in the store, usable or not. A damaged record does not affect others and can be removed by name.
 *
 * @param path its file
 * @param base the model's name, from the path; empty if the path is not that of a record
 * @param variant of the model, from the path
 * @param model the record; empty if it cannot be read
 * @param problem one line that says why it is unusable; empty if it is usable
 * @param digests of its files, as far as they can be found in it
 */
public record StoreEntry(
        Path path,
        String base,
        String variant,
        Optional<StoredModel> model,
        Optional<String> problem,
        Set<String> digests) {
    private static final int MAX_BYTES = 1 << 20;
    private static final Pattern DIGEST = Pattern.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])");

    public StoreEntry {
        digests = Set.copyOf(digests);
    }

    /** The name that users type. */
    public String name() {
        return base + ":" + variant;
    }

    /** Reads a record. An error becomes its {@code problem}. */
    static StoreEntry read(Path path, String base, String variant) throws IOException {
        byte[] json;
        try {
            json = Reads.small(path, MAX_BYTES);
        } catch (FileSystemException e) {
            String why = e.getReason() == null ? "it cannot be read" : "it " + e.getReason();
            return damaged(path, base, variant, why, Set.of());
        }
        Set<String> digests = new LinkedHashSet<>();
        Matcher mentioned = DIGEST.matcher(new String(json, StandardCharsets.ISO_8859_1));
        while (mentioned.find()) {
            digests.add(mentioned.group());
        }
        try {
            StoredModel model = StoredModel.parse(json, path.toString());
            if (!model.base().equals(base) || !model.variant().equals(variant)) {
                return damaged(path, base, variant, "it is a record of " + Text.quote(model.name()), digests);
            }
            return new StoreEntry(path, base, variant, Optional.of(model), Optional.empty(), digests);
        } catch (HubException e) {
            String place = path + ": ";
            String why = e.getMessage();
            return damaged(path, base, variant, why.startsWith(place) ? why.substring(place.length()) : why, digests);
        }
    }

    private static StoreEntry damaged(Path path, String base, String variant, String why, Set<String> digests) {
        String help = base.isEmpty()
                ? "remove the file"
                : "myna rm " + base + ":" + variant + " removes it, myna pull fetches the model anew";
        return new StoreEntry(
                path,
                base,
                variant,
                Optional.empty(),
                Optional.of(path + ": the record is damaged (" + why + "): " + help),
                digests);
    }

    /** A copy with the problem that files are missing. */
    StoreEntry incomplete() {
        return new StoreEntry(
                path,
                base,
                variant,
                model,
                Optional.of(name() + " lacks files: myna pull " + name() + " completes it, myna rm " + name()
                        + " removes the rest"),
                digests);
    }
}
