// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.cli.options.ModelArguments;
import dev.myna.eval.run.Sha256;
import dev.myna.models.EmbeddedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** SHA-256 of the files of a model, by file name: answers belong to them. */
public final class ModelDigests {
    private ModelDigests() {}

    /** Digests by name; the decoder is the first. */
    public static Map<String, String> of(ModelArguments model) throws IOException {
        Map<String, String> digests = new LinkedHashMap<>();
        if (model.model == null) {
            try (InputStream decoder = EmbeddedModel.decoder();
                    InputStream vision = EmbeddedModel.mmproj()) {
                digests.put("nano.gguf", Sha256.of(decoder));
                if (!model.noMmproj) {
                    digests.put("nano-mmproj.gguf", Sha256.of(vision));
                }
            }
            return digests;
        }
        add(model.model, digests);
        Optional<Path> vision = ModelFiles.visionFile(model);
        if (vision.isPresent()) {
            add(vision.get(), digests);
        }
        return digests;
    }

    private static void add(Path file, Map<String, String> digests) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            digests.put(file.getFileName().toString(), Sha256.of(in));
        }
    }
}
