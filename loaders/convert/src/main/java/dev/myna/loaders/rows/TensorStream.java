// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongConsumer;

/** Writes tensors in order while later ones are read and encoded. */
public final class TensorStream {
    private TensorStream() {}

    /**
     * Declares and writes tensors.
     *
     * @param writer with all metadata and no tensor
     * @param threads for reading and encoding, at least 1
     * @param progress receives the number of bytes of tensors written so far, often; an exception ends the work
     * @throws RowException if a number does not fit the format
     * @throws IOException if the file cannot be written
     */
    public static void write(GgufWriter writer, List<TensorTask> tensors, int threads, LongConsumer progress)
            throws IOException {
        for (TensorTask tensor : tensors) {
            writer.tensor(tensor.name(), tensor.type(), tensor.dimensions());
        }
        List<List<Band>> bands = tensors.stream().map(Band::of).toList();
        try (BandPipeline pipeline =
                new BandPipeline(bands.stream().flatMap(List::stream).toList(), threads)) {
            long[] written = {0};
            for (int i = 0; i < tensors.size(); i++) {
                int count = bands.get(i).size();
                writer.data(tensors.get(i).name(), channel -> {
                    for (int band = 0; band < count; band++) {
                        MemorySegment bytes = next(pipeline);
                        written[0] += bytes.byteSize();
                        channel.write(bytes.asByteBuffer());
                        progress.accept(written[0]);
                    }
                });
            }
        }
    }

    private static MemorySegment next(BandPipeline pipeline) throws InterruptedIOException {
        try {
            return pipeline.next();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the work was interrupted");
        }
    }
}
