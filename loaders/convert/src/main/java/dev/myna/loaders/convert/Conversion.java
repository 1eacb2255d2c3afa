// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.rows.TensorStream;
import dev.myna.loaders.rows.TensorTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The conversion of a published checkpoint to two GGUF files: the decoder, and tower with projector (docs/spec/models.md 7 and
 * 8). Opening plans both files and checks that every tensor exists in the right shape. Writing streams tensor by tensor, so
 * memory does not grow with the model.
 */
public final class Conversion implements AutoCloseable {
    private final Source source;
    private final Family family;
    private final ConversionPlan plan;

    private Conversion(Source source, Family family, ConversionPlan plan) {
        this.source = source;
        this.family = family;
        this.plan = plan;
    }

    /**
     * Opens a checkpoint. Its files must not change while it is open.
     *
     * @param folder the published checkpoint
     * @param clip the folder of the vision tower's checkpoint, for checkpoints that do not contain their tower
     * @param name {@code general.name} of both files
     * @throws CheckpointException if a file is malformed, the model is of a kind that is not supported, or a tensor is missing
     *     or misshapen
     */
    public static Conversion open(Path folder, Optional<Path> clip, String name) {
        CheckpointFolder main = CheckpointFolder.open(folder);
        Source source = new Source(main, Optional.empty(), name);
        try {
            if (clip.isPresent()) {
                source = new Source(main, Optional.of(CheckpointFolder.open(clip.get())), name);
            }
            Family family = Family.of(main.config());
            return new Conversion(source, family, family.plan(source));
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    /** The name of the model's family. */
    public String family() {
        return family.title();
    }

    /** The plan of both files. */
    public ConversionPlan plan() {
        return plan;
    }

    /** The 16-bit format of the decoder's weights, which is lossless; F16 if the weights are F32. */
    public FileType storedType() {
        return switch (plan.text().tensors().getFirst().parts().getFirst().type()) {
            case BF16 -> FileType.BF16;
            default -> FileType.F16;
        };
    }

    /** Bytes of all tensors of a file. */
    public static long bytes(PlannedFile file, FileType type) {
        return file.tensors().stream()
                .mapToLong(tensor -> Math.multiplyExact(
                        tensor.rows(), file.format(tensor, type).bytes(tensor.width())))
                .reduce(0, Math::addExact);
    }

    /**
     * Writes one of the plan's files. The target changes only when the file is complete.
     *
     * @param threads at least 1
     * @param progress receives the number of bytes of tensors written so far, often
     * @throws dev.myna.loaders.rows.RowException if a number does not fit the format
     * @throws CheckpointException if a file of the checkpoint changed
     * @throws IOException if the file cannot be written
     */
    public void write(PlannedFile file, FileType type, Path target, int threads, LongConsumer progress)
            throws IOException {
        List<TensorTask> tensors = file.tensors().stream()
                .map(tensor -> tensor.task(file.format(tensor, type)))
                .toList();
        try (GgufWriter writer = new GgufWriter(target)) {
            file.metadata().accept(writer);
            writer.u32("general.file_type", type.id()).u32("general.quantization_version", 2);
            TensorStream.write(writer, tensors, threads, progress);
            writer.finish();
        }
    }

    /**
     * Whether a file is the result of {@link #write} for this plan, judging by its keys and its tensors' names, types and
     * shapes.
     */
    public static boolean isResult(Path path, PlannedFile file, FileType type) {
        try (GgufFile found = GgufFile.open(path)) {
            return found.metadata().string("general.architecture", "").equals(file.architecture())
                    && found.metadata().integer("general.file_type", 0, Integer.MAX_VALUE, -1) == type.id()
                    && found.tensors().size() == file.tensors().size()
                    && file.tensors().stream()
                            .allMatch(tensor -> found.find(tensor.name())
                                    .filter(written -> written.type() == file.format(tensor, type))
                                    .filter(written -> written.shape().equals(tensor.shape()))
                                    .isPresent());
        } catch (GgufException e) {
            return false;
        }
    }

    /** Unmaps the checkpoint. */
    @Override
    public void close() {
        source.close();
    }
}
