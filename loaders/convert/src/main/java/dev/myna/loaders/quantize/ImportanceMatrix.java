// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileKind;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The importance of the columns of a model's matrices: the mean square of each column's input over a text. llama.cpp's
 * llama-imatrix writes it; both its GGUF format and the older one are read.
 *
 * @param path the file
 * @param columns by tensor name: one number per column, and per expert where there are experts
 * @param dataset name of the text it was measured on; empty if the file has none
 * @param chunks number of text chunks it was measured on; 0 if the file does not say
 */
public record ImportanceMatrix(Path path, Map<String, float[]> columns, String dataset, int chunks) {
    private static final long MAX_BYTES = 1L << 30;
    private static final int GGUF_MAGIC = 0x46554747;
    /** Limit for names of tensors and of the text. */
    private static final int MAX_NAME_BYTES = 1 << 16;

    private static final String SUMS = ".in_sum2";
    private static final String COUNTS = ".counts";
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public ImportanceMatrix {
        columns = Collections.unmodifiableMap(columns);
    }

    /**
     * Reads a file of either format.
     *
     * @throws QuantizeException if it is absent, malformed, or has numbers that are not finite or are negative
     * @throws dev.myna.loaders.gguf.GgufException if it is a malformed GGUF file
     */
    public static ImportanceMatrix read(Path path) {
        try {
            if (!Files.isRegularFile(path)) {
                throw new QuantizeException(path + ": no such file, or not a regular one");
            }
            try (Arena arena = Arena.ofConfined();
                    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                if (channel.size() < Integer.BYTES || channel.size() > MAX_BYTES) {
                    throw new QuantizeException(path + ": the file has " + channel.size()
                            + " bytes; an importance matrix has 4 to " + MAX_BYTES);
                }
                ByteBuffer bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena)
                        .asByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN);
                return bytes.getInt(0) == GGUF_MAGIC ? readGguf(path) : readLegacy(path, bytes);
            }
        } catch (IOException e) {
            throw new QuantizeException(path + ": the file cannot be read: " + e.getMessage());
        } catch (InternalError e) {
            // The JVM reports a lost page of a mapping in this way.
            throw new QuantizeException(path + ": the file changed or failed while it was read");
        }
    }

    private static ImportanceMatrix readGguf(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            Map<String, float[]> columns = new LinkedHashMap<>();
            for (Tensor sums : file.tensors().values()) {
                if (sums.name().endsWith(SUMS)) {
                    String name = sums.name().substring(0, sums.name().length() - SUMS.length());
                    columns.put(name, means(path, sums, file.require(name + COUNTS)));
                }
            }
            if (columns.isEmpty()) {
                throw new QuantizeException(
                        path + ": the file has no tensor *" + SUMS + "; it is no importance matrix");
            }
            GgufMetadata metadata = file.metadata();
            List<String> datasets = metadata.has("imatrix.datasets") ? metadata.strings("imatrix.datasets") : List.of();
            return new ImportanceMatrix(
                    path,
                    columns,
                    String.join(", ", datasets),
                    metadata.integer("imatrix.chunk_count", 0, Integer.MAX_VALUE, 0));
        }
    }

    /** Sums of squares divided by counts, per expert. The columns of an expert that was never used count equally. */
    private static float[] means(Path path, Tensor sums, Tensor counts) {
        String place = path + ": tensor " + Text.quote(sums.name());
        if (sums.type() != TensorType.F32 || counts.type() != TensorType.F32) {
            throw new QuantizeException(place + ": sums and counts must be F32");
        }
        int width = Math.toIntExact(sums.width());
        if (sums.elements() > Integer.MAX_VALUE || counts.elements() != sums.rows()) {
            throw new QuantizeException(place + " has " + sums.rows() + " rows, but " + counts.elements() + " counts");
        }
        float[] values = sums.data().toArray(FLOAT);
        for (int row = 0; row < sums.rows(); row++) {
            float count = counts.data().get(FLOAT, (long) row * Float.BYTES);
            for (int i = row * width; i < (row + 1) * width; i++) {
                values[i] = count > 0 ? values[i] / count : 1;
            }
        }
        return requireWeights(place, values);
    }

    /** The count of entries; for each entry its name, number of calls and sums; then, if bytes are left, calls and data set. */
    private static ImportanceMatrix readLegacy(Path path, ByteBuffer bytes) {
        Map<String, float[]> columns = new LinkedHashMap<>();
        try {
            int entries = bytes.getInt();
            // An entry has at least 13 bytes: a name of one byte and three numbers.
            if (entries < 1 || entries > bytes.remaining() / 13) {
                String kind =
                        FileKind.other(MemorySegment.ofBuffer(bytes.rewind())).orElse("it is cut short");
                throw new QuantizeException(path + ": the file starts with " + entries
                        + " as its number of entries; it is no importance matrix: " + kind);
            }
            for (int i = 0; i < entries; i++) {
                String name = string(path, bytes);
                int calls = bytes.getInt();
                float[] values = new float[length(path, bytes, bytes.getInt(), Float.BYTES)];
                bytes.asFloatBuffer().get(values);
                bytes.position(bytes.position() + values.length * Float.BYTES);
                for (int j = 0; j < values.length && calls > 0; j++) {
                    values[j] /= calls;
                }
                requireWeights(path + ": entry " + Text.quote(name), values);
                if (columns.putIfAbsent(name, values) != null) {
                    throw new QuantizeException(path + ": entry " + Text.quote(name) + " is there twice");
                }
            }
            int chunks = bytes.hasRemaining() ? bytes.getInt() : 0;
            String dataset = bytes.hasRemaining() ? string(path, bytes) : "";
            return new ImportanceMatrix(path, columns, dataset, Math.max(0, chunks));
        } catch (BufferUnderflowException e) {
            throw new QuantizeException(path + ": the file ends within an entry; it is cut short");
        }
    }

    private static String string(Path path, ByteBuffer bytes) {
        byte[] utf8 = new byte[length(path, bytes, bytes.getInt(), 1)];
        if (utf8.length > MAX_NAME_BYTES) {
            throw new QuantizeException(path + ": at byte " + bytes.position() + ": a name of " + utf8.length
                    + " bytes; at most " + MAX_NAME_BYTES + " are read");
        }
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static int length(Path path, ByteBuffer bytes, int count, int size) {
        if (count < 0 || count > bytes.remaining() / size) {
            throw new QuantizeException(path + ": at byte " + bytes.position() + ": " + count
                    + " values do not fit the file; it is no importance matrix, or it is cut short");
        }
        return count;
    }

    private static float[] requireWeights(String place, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i]) || values[i] < 0) {
                throw new QuantizeException(
                        place + ": column " + i + " has " + values[i] + "; it must be finite and not negative");
            }
        }
        return values;
    }
}
