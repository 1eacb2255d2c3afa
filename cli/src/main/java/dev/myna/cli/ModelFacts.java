// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.ModelException;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
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
record ModelFacts(
        String file,
        String type,
        long bytes,
        long parameters,
        long bytesPerToken,
        double layerFlops,
        double outputFlops) {

    private static final String EMBEDDING = "token_embd.weight";
    private static final String OUTPUT = "output.weight";

    static ModelFacts of(GgufFile file) {
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
                architecture + " " + count(parameters) + " " + format(file),
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
        String name = switch (id) {
            case 0 -> "F32";
            case 1 -> "F16";
            case 2 -> "Q4_0";
            case 3 -> "Q4_1";
            case 7 -> "Q8_0";
            case 8 -> "Q5_0";
            case 9 -> "Q5_1";
            case 10 -> "Q2_K";
            case 11 -> "Q3_K_S";
            case 12 -> "Q3_K_M";
            case 13 -> "Q3_K_L";
            case 14 -> "Q4_K_S";
            case 15 -> "Q4_K_M";
            case 16 -> "Q5_K_S";
            case 17 -> "Q5_K_M";
            case 18 -> "Q6_K";
            case 25 -> "IQ4_NL";
            case 30 -> "IQ4_XS";
            case 32 -> "BF16";
            default -> null;
        };
        return name == null ? mostBytes(file).toString() : name;
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
