// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.ModelException;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.List;

/** The facts common to every GGUF, then those of a decoder or of a vision file. */
final class ModelCard {
    private ModelCard() {}

    /** The card's lines. */
    static List<String> of(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        String architecture = metadata.string("general.architecture", "unknown");
        CardLines lines = new CardLines();
        lines.add("file", file.name());
        lines.add("size", Units.bytes(file.size()) + ", GGUF version " + file.version());
        if (metadata.has("general.name")) {
            lines.add("name", metadata.string("general.name"));
        }
        lines.add(
                "parameters",
                Units.count(parameters(file)) + " in " + file.tensors().size() + " tensors");
        lines.add("types", shares(file).toString());
        try {
            switch (architecture) {
                case "llama", "qwen2" -> DecoderCard.describe(file, lines);
                case "clip" -> VisionCard.describe(file, lines);
                default -> {
                    lines.add("architecture", architecture);
                    lines.add("in Myna", "not supported: Myna runs llama, qwen2 and clip");
                }
            }
        } catch (GgufException | ModelException e) {
            lines.add("in Myna", "cannot run: " + e.getMessage());
        }
        return lines.lines();
    }

    private static long parameters(GgufFile file) {
        return file.tensors().values().stream().mapToLong(Tensor::elements).sum();
    }

    private static FormatShares shares(GgufFile file) {
        FormatShares shares = new FormatShares();
        file.tensors()
                .values()
                .forEach(tensor -> shares.add(tensor.type(), tensor.data().byteSize()));
        return shares;
    }
}
