// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.hf.ElementType;
import dev.myna.loaders.hf.SourceTensor;
import dev.myna.loaders.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Maps tensors of a checkpoint to tensors of a GGUF file. Each must exist with the shape that the configuration and the other
 * tensors imply. Shapes are given in PyTorch's order; GGUF's order is the reverse.
 */
public final class TensorMapping {
    private static final Set<ElementType> WEIGHTS = EnumSet.of(ElementType.F16, ElementType.BF16, ElementType.F32);

    private static final long COMPARED_AT_ONCE = 1 << 18;

    private final CheckpointFolder folder;
    private final List<PlannedTensor> planned = new ArrayList<>();
    private final Set<String> used = new HashSet<>();

    public TensorMapping(CheckpointFolder folder) {
        this.folder = folder;
    }

    /** The checkpoint's folder, for messages. */
    public Path folder() {
        return folder.path();
    }

    /** An empty configuration. */
    public HfConfig noConfig() {
        return HfConfig.empty(folder.path().resolve("config.json"));
    }

    /** Adds a note for the user. */
    public void note(String line) {
        folder.notes().add(line);
    }

    public List<PlannedTensor> planned() {
        return planned;
    }

    /** Names of the checkpoint's tensors that are used. */
    public Set<String> used() {
        return used;
    }

    public boolean has(String source) {
        return folder.tensors().find(source).isPresent();
    }

    /** The first of some prefixes under which the checkpoint has {@code name}; the first of all if none has it. */
    public String prefixOf(String name, String... prefixes) {
        for (String prefix : prefixes) {
            if (has(prefix + name)) {
                return prefix;
            }
        }
        return prefixes[0];
    }

    /** Counts consecutive tensors {@code prefix + number + suffix}, from number 0. */
    public int count(String prefix, String suffix) {
        int count = 0;
        while (has(prefix + count + suffix)) {
            count++;
        }
        return count;
    }

    /**
     * Dimension {@code index} of a tensor.
     *
     * @param rank how many dimensions the tensor must have
     */
    public int dimension(String source, int index, int rank) {
        SourceTensor tensor = require(source);
        List<Long> shape = tensor.shape();
        if (shape.size() != rank || shape.stream().anyMatch(size -> size < 1 || size > 1 << 24)) {
            throw fail(tensor, "has shape " + shape + "; it must have " + rank + " dimensions from 1 to " + (1 << 24));
        }
        return shape.get(index).intValue();
    }

    /** A tensor under a new name. */
    public void tensor(String name, String source, long... shape) {
        reshaped(name, source, shape, reverse(shape));
    }

    /** A weight and its bias, {@code .weight} and {@code .bias} of both names. */
    public void biased(String name, String source, long... shape) {
        tensor(name + ".weight", source + ".weight", shape);
        tensor(name + ".bias", source + ".bias", shape[0]);
    }

    /** A tensor, without its dimensions of size 1. */
    public void reshaped(String name, String source, long[] shape, long... ggml) {
        planned.add(new PlannedTensor(name, boxed(ggml), List.of(require(source, shape)), 0));
    }

    /**
     * A projection to queries or keys, with rows in the order that rotates adjacent pairs: row {@code 2j} of a head is its row
     * {@code j}, row {@code 2j + 1} its row {@code j + headDim / 2} (docs/spec/models.md 8.2).
     */
    public void rotated(String name, String source, int headDim, long... shape) {
        planned.add(new PlannedTensor(name, boxed(reverse(shape)), List.of(require(source, shape)), headDim));
    }

    /** A vector with one added to each element. */
    public void plusOne(String name, String source, long size) {
        planned.add(new PlannedTensor(
                name, List.of(size), List.of(new OnePlus(require(source, new long[] {size}))), 0));
    }

    /** The first {@code kept} rows of a table of {@code rows}. */
    public void cut(String name, String source, int kept, long rows, long width) {
        planned.add(new PlannedTensor(
                name, List.of(width, (long) kept), List.of(require(source, new long[] {rows, width})), 0));
    }

    /**
     * One of several equal parts of a tensor, cut across its first dimension.
     *
     * @param shape of the whole
     */
    public void part(String name, String source, int part, int parts, long... shape) {
        SourceTensor whole = require(source, shape);
        long[] own = shape.clone();
        own[0] /= parts;
        long elements = whole.elements() / parts;
        planned.add(new PlannedTensor(
                name,
                boxed(reverse(own)),
                List.of(new Reordered(whole, boxed(own), part * elements, elements, elements)),
                0));
    }

    /**
     * One image of patch kernels that span several.
     *
     * @param shape of the whole: outputs, channels, images, height and width
     */
    public void kernelOfImage(String name, String source, int image, long... shape) {
        SourceTensor whole = require(source, shape);
        long size = shape[3] * shape[4];
        long[] own = {shape[0], shape[1], shape[3], shape[4]};
        planned.add(new PlannedTensor(
                name,
                boxed(reverse(own)),
                List.of(new Reordered(whole, boxed(own), image * size, size, shape[2] * size)),
                0));
    }

    /** Stacks tensors {@code prefix + 0 + suffix}, ... of one shape into one with an additional dimension. */
    public void stacked(String name, String prefix, int count, String suffix, long... shape) {
        List<SourceTensor> parts = IntStream.range(0, count)
                .mapToObj(i -> require(prefix + i + suffix, shape))
                .toList();
        for (SourceTensor part : parts) {
            if (part.type() != parts.getFirst().type()) {
                throw fail(
                        part,
                        "has elements of " + part.type() + ", but "
                                + Text.quote(parts.getFirst().name()) + " has "
                                + parts.getFirst().type() + "; they become one tensor of one format");
            }
        }
        long[] ggml = LongStream.concat(LongStream.of(reverse(shape)), LongStream.of(count))
                .toArray();
        planned.add(new PlannedTensor(name, boxed(ggml), parts, 0));
    }

    /** Whether two tensors hold the same elements in the same format. */
    public boolean same(String one, String other) {
        SourceTensor left = require(one);
        SourceTensor right = require(other);
        if (left.type() != right.type() || !left.shape().equals(right.shape())) {
            return false;
        }
        long elements = left.elements();
        try (Arena arena = Arena.ofConfined()) {
            long piece = Math.min(elements, COMPARED_AT_ONCE);
            MemorySegment a = arena.allocate(Math.max(1, piece * left.type().bytes()), Long.BYTES);
            MemorySegment b = arena.allocate(a.byteSize(), Long.BYTES);
            for (long done = 0; done < elements; done += piece) {
                long bytes = Math.min(piece, elements - done) * left.type().bytes();
                left.read(done, a.asSlice(0, bytes));
                right.read(done, b.asSlice(0, bytes));
                if (a.asSlice(0, bytes).mismatch(b.asSlice(0, bytes)) >= 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /** A vector that follows from the configuration. */
    public void made(String name, SourceTensor tensor) {
        planned.add(new PlannedTensor(name, tensor.shape(), List.of(tensor), 0));
    }

    /** Marks a tensor as used. */
    public void ignore(String source) {
        used.add(source);
    }

    private SourceTensor require(String source, long[] shape) {
        SourceTensor tensor = require(source);
        if (!tensor.shape().equals(boxed(shape))) {
            throw fail(
                    tensor,
                    "has shape " + tensor.shape() + "; the configuration and the other tensors imply " + boxed(shape));
        }
        if (!WEIGHTS.contains(tensor.type())) {
            throw fail(tensor, "has elements of " + tensor.type() + "; weights must be one of " + WEIGHTS);
        }
        used.add(source);
        return tensor;
    }

    private SourceTensor require(String source) {
        return folder.tensors()
                .find(source)
                .orElseThrow(() -> new CheckpointException(folder.path() + ": tensor " + Text.quote(source)
                        + " is missing; the model that config.json describes needs it"));
    }

    private static CheckpointException fail(SourceTensor tensor, String rule) {
        return new CheckpointException(tensor.file() + ": tensor " + Text.quote(tensor.name()) + " " + rule);
    }

    private static long[] reverse(long[] shape) {
        return IntStream.range(0, shape.length)
                .mapToLong(i -> shape[shape.length - 1 - i])
                .toArray();
    }

    private static List<Long> boxed(long[] shape) {
        return LongStream.of(shape).boxed().toList();
    }
}
