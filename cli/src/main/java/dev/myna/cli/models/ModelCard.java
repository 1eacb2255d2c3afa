// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.text.CardLines;
import dev.myna.cli.text.Units;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.family.Families;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.FileKind;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.util.List;
import java.util.Optional;

/** The facts common to every GGUF, then those of a decoder or of a vision file. */
final class ModelCard {
    private ModelCard() {}

    /** The card's lines. */
    static List<String> of(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        CardLines lines = new CardLines();
        lines.add("file", file.name());
        int parts = file.files().size();
        lines.add(
                "size",
                Units.bytes(file.size()) + (parts > 1 ? " in " + parts + " parts" : "") + ", GGUF version "
                        + file.version());
        if (metadata.has("general.name")) {
            lines.add("name", Text.line(metadata.string("general.name"), Text.SHOWN));
        }
        lines.add(
                "parameters",
                Units.count(parameters(file)) + " in " + file.tensors().size() + " tensors");
        if (!file.tensors().isEmpty()) {
            lines.add("types", shares(file).toString());
        }
        try {
            Optional<String> other = FileKind.otherThanModel(file);
            if (other.isPresent()) {
                if (metadata.has("tokenizer.ggml.tokens") && file.tensors().isEmpty()) {
                    DecoderCard.describeTokenizer(file, lines);
                }
                lines.add("in Myna", "cannot run: " + other.get());
                return lines.lines();
            }
            List<ModelWarning> warnings;
            if (Families.isDecoder(metadata)) {
                warnings = DecoderCard.describe(file, lines);
            } else if (Families.isVision(metadata)) {
                warnings = VisionCard.describe(file, lines);
            } else {
                lines.add("architecture", Text.line(metadata.string("general.architecture", "unknown"), Text.SHOWN));
                lines.add("in Myna", "not supported: Myna runs " + Families.architectures());
                warnings = List.of();
            }
            for (ModelWarning warning : warnings) {
                lines.add(warning.changesResults() ? "refused" : "note", warning.message());
            }
            if (warnings.stream().anyMatch(ModelWarning::changesResults)) {
                lines.add("in Myna", "refused, because results would differ; runs with --ignore-unused");
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
