// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.family.Families;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The vision files beside a decoder, and which of them fit it: a projector must have the width of the decoder.
 *
 * @param fitting those that fit, or whose width is not known
 * @param others the others, each with the reason
 */
record MmprojSearch(Path model, List<Path> fitting, Map<Path, String> others) {

    static MmprojSearch beside(Path model) {
        List<Path> fitting = new ArrayList<>();
        Map<Path, String> others = new LinkedHashMap<>();
        List<Path> found = found(model);
        OptionalInt width = found.isEmpty() ? OptionalInt.empty() : width(model);
        for (Path vision : found) {
            Optional<String> fault = width.isEmpty() ? Optional.empty() : fault(vision, width.getAsInt());
            fault.ifPresentOrElse(why -> others.put(vision, why), () -> fitting.add(vision));
        }
        return new MmprojSearch(model, fitting, others);
    }

    private static List<Path> found(Path model) {
        Path folder = model.toAbsolutePath().getParent();
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                    if (name.contains("mmproj") && name.endsWith(".gguf") && !file.equals(model.toAbsolutePath())) {
                        found.add(file);
                    }
                }
            } catch (IOException e) {
                throw new ModelException("cannot look for a vision file beside " + model + ": " + e.getMessage(), e);
            }
        }
        found.sort(null);
        return found;
    }

    /** The decoder's width; empty if the file cannot be read, which is reported elsewhere. */
    private static OptionalInt width(Path model) {
        try (GgufFile file = GgufFile.open(model)) {
            GgufMetadata metadata = file.metadata();
            String key = metadata.string("general.architecture", "") + ".embedding_length";
            return metadata.has(key)
                    ? OptionalInt.of(metadata.integer(key, 1, Integer.MAX_VALUE))
                    : OptionalInt.empty();
        } catch (GgufException e) {
            return OptionalInt.empty();
        }
    }

    private static Optional<String> fault(Path vision, int width) {
        try (GgufFile file = GgufFile.open(vision)) {
            OptionalInt rows = Families.projectorWidth(file);
            return rows.isEmpty() || rows.getAsInt() == width
                    ? Optional.empty()
                    : Optional.of("its projector width is " + rows.getAsInt() + ", but the model needs " + width);
        } catch (GgufException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** A note on files that do not fit, if none fits; else empty. */
    Optional<String> remark() {
        if (!fitting.isEmpty() || others.isEmpty()) {
            return Optional.empty();
        }
        Map.Entry<Path, String> first = others.entrySet().iterator().next();
        return Optional.of("not using " + first.getKey() + ": " + first.getValue()
                + (others.size() > 1 ? " (nor " + (others.size() - 1) + " more)" : "")
                + "; the model runs without images");
    }

    /**
     * The only file that fits the model, or the only one with its name.
     *
     * @return null if there is none or more than one, and images are optional
     * @throws ModelException if there is none, and a vision file is required
     */
    Path choose(ModelFiles.Vision vision) {
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        List<Path> namesakes = fitting.stream().filter(this::sharesName).toList();
        if (namesakes.size() == 1) {
            return namesakes.getFirst();
        }
        if (vision == ModelFiles.Vision.REQUIRED && Files.exists(model)) {
            if (!fitting.isEmpty()) {
                throw new ModelException(
                        "several vision files are beside " + model + ": choose one with --mmproj FILE");
            }
            throw new ModelException("images need a vision file, and there is no *mmproj*.gguf beside " + model
                    + (others.isEmpty()
                            ? ""
                            : " that fits it ("
                                    + others.keySet().iterator().next().getFileName() + ": "
                                    + others.values().iterator().next() + ")")
                    + ": give one with --mmproj FILE");
        }
        return null;
    }

    /** Whether what precedes {@code mmproj} in a file's name also begins the model's: {@code palo-7b-mmproj-f16.gguf}. */
    private boolean sharesName(Path vision) {
        String name = vision.getFileName().toString().toLowerCase(Locale.ROOT);
        String stem = name.substring(0, name.indexOf("mmproj")).replaceFirst("[-_.]+$", "");
        return !stem.isEmpty()
                && model.getFileName().toString().toLowerCase(Locale.ROOT).startsWith(stem);
    }
}
