// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.text.Text;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a decoder file holds, and what a token costs with it.
 *
 * @param file the file's name
 * @param type architecture, parameters and number format: {@code llama 1.4B Q4_0}
 * @param bytes of all tensors
 * @param parameters elements of all tensors
 * @param bytesPerToken weight bytes read to generate one token: everything but the embedding table, of which one row is read
 * @param layerFlops operations of the layers' matrix products per token, a multiply-add counting as two
 * @param outputFlops operations of the output matrix, once per prompt and once per generated token
 */
public record ModelFacts(
        String file,
        String type,
        long bytes,
        long parameters,
        long bytesPerToken,
        double layerFlops,
        double outputFlops) {

    private static final String EMBEDDING = "token_embd.weight";
    private static final String OUTPUT = "output.weight";

    public static ModelFacts of(GgufFile file) {
        Tensor embedding = file.find(EMBEDDING)
                .orElseThrow(() -> new ModelException(file.name() + ": tensor " + EMBEDDING + " is missing"));
        boolean tied = file.find(OUTPUT).isEmpty();
        Tensor output = tied ? embedding : file.find(OUTPUT).orElseThrow();
        long bytes = 0;
        long parameters = 0;
        double layerElements = 0;
        for (Tensor tensor : file.tensors().values()) {
            bytes += tensor.data().byteSize();
            parameters += tensor.elements();
            if (tensor.name().startsWith("blk.") && tensor.shape().size() == 2) {
                layerElements += tensor.elements();
            }
        }
        long unread = tied ? 0 : embedding.data().byteSize() - embedding.rowBytes();
        String architecture = file.metadata().string("general.architecture");
        return new ModelFacts(
                file.name(),
                Text.line(architecture, Text.SHOWN) + " " + count(parameters) + " " + format(file),
                bytes,
                parameters,
                bytes - unread,
                2 * layerElements,
                2.0 * output.elements());
    }

    /** {@code 1.4B}, {@code 22.1M}. */
    private static String count(long parameters) {
        return parameters >= 1_000_000_000L
                ? String.format(Locale.ROOT, "%.1fB", parameters / 1e9)
                : String.format(Locale.ROOT, "%.1fM", parameters / 1e6);
    }

    /** The name of {@code general.file_type}, or else the type that most bytes have. */
    private static String format(GgufFile file) {
        int id = file.metadata().integer("general.file_type", 0, Integer.MAX_VALUE, -1);
        return FileType.byId(id)
                .map(FileType::name)
                .orElseGet(() -> mostBytes(file).toString());
    }

    private static TensorType mostBytes(GgufFile file) {
        Map<TensorType, Long> bytes = new EnumMap<>(TensorType.class);
        for (Tensor tensor : file.tensors().values()) {
            bytes.merge(tensor.type(), tensor.data().byteSize(), Long::sum);
        }
        return bytes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }
}
