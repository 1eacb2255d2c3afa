// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.ModelException;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
        lines.add("types", types(file));
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

    /** Tensors and bytes by number format, largest share first. */
    private static String types(GgufFile file) {
        Map<TensorType, long[]> counts = new EnumMap<>(TensorType.class);
        for (Tensor tensor : file.tensors().values()) {
            long[] entry = counts.computeIfAbsent(tensor.type(), type -> new long[2]);
            entry[0]++;
            entry[1] += tensor.data().byteSize();
        }
        List<Map.Entry<TensorType, long[]>> entries = new ArrayList<>(counts.entrySet());
        entries.sort(Comparator.comparingLong(entry -> -entry.getValue()[1]));
        return entries.stream()
                .map(entry ->
                        entry.getKey() + " x " + entry.getValue()[0] + " (" + Units.bytes(entry.getValue()[1]) + ")")
                .collect(Collectors.joining(", "));
    }
}
