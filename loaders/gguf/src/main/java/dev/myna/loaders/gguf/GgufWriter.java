// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.io.PendingFile;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes a GGUF v3 file (docs/spec/models.md 8.1) in one pass: metadata and tensor declarations first, then the data of each
 * tensor in the order of declaration. Only the metadata is held in memory. The bytes go to a temporary file beside the
 * target, which {@link #finish} renames; closing an unfinished writer leaves nothing behind and the target as it was.
 * The same calls give the same bytes. Not thread-safe.
 *
 * <p>Values that the format cannot hold (duplicate, empty or overlong names, lone surrogates, wrong shapes) are refused
 * with {@link IllegalArgumentException}, calls out of order with {@link IllegalStateException}.
 */
public final class GgufWriter implements AutoCloseable {
    private static final int VERSION = 3;
    private static final int CHUNK_BYTES = 1 << 20;

    private final PendingFile file;
    private final GgufBuffer values = new GgufBuffer();
    private final Set<String> keys = new HashSet<>();
    private final List<TensorInfo> tensors = new ArrayList<>();
    private final Set<String> tensorNames = new HashSet<>();
    private ByteBuffer chunk;
    private int alignment = GgufHeader.DEFAULT_ALIGNMENT;
    private long dataBytes;
    private int written;
    private State state = State.DECLARING;

    private enum State {
        DECLARING,
        WRITING,
        FAILED,
        CLOSED
    }

    /** Writes the data of one tensor. */
    @FunctionalInterface
    public interface TensorData {
        /** Writes exactly the tensor's bytes; a write beyond them throws {@link IllegalArgumentException}. */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Starts a file.
     *
     * @param target the file to create or replace when finished; its folder must exist
     * @throws IOException if the temporary file beside it cannot be created
     */
    public GgufWriter(Path target) throws IOException {
        file = new PendingFile(target);
    }

    /**
     * Aligns tensor data to {@code bytes} instead of 32, and writes {@code general.alignment}. Call it before the tensors are
     * declared.
     *
     * @param bytes a power of two from 8 to 2^24
     */
    public GgufWriter alignment(int bytes) {
        if (!tensors.isEmpty()) {
            throw new IllegalStateException("the alignment must be set before the first tensor is declared");
        }
        if (!GgufHeader.isAlignment(bytes)) {
            throw new IllegalArgumentException("alignment " + bytes + " is not a power of two from "
                    + GgufHeader.MIN_ALIGNMENT + " to " + GgufHeader.MAX_ALIGNMENT);
        }
        entry(GgufHeader.ALIGNMENT_KEY, GgufType.U32).u32(bytes);
        alignment = bytes;
        return this;
    }

    /** A string. */
    public GgufWriter string(String key, String value) {
        byte[] utf8 = Text.encode(value);
        scalar(key, GgufType.STRING).string(utf8);
        return this;
    }

    /** A bool. */
    public GgufWriter bool(String key, boolean value) {
        scalar(key, GgufType.BOOL).number(value ? 1 : 0, 1);
        return this;
    }

    /** An unsigned 32-bit integer: counts, sizes, ids. */
    public GgufWriter u32(String key, long value) {
        if (value < 0 || value > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("key " + Text.quote(key) + ": " + value + " does not fit a u32");
        }
        scalar(key, GgufType.U32).number(value, Integer.BYTES);
        return this;
    }

    /** A signed 32-bit integer. */
    public GgufWriter i32(String key, int value) {
        scalar(key, GgufType.I32).u32(value);
        return this;
    }

    /** An unsigned 64-bit integer, given as its bits. */
    public GgufWriter u64(String key, long value) {
        scalar(key, GgufType.U64).u64(value);
        return this;
    }

    /** A signed 64-bit integer. */
    public GgufWriter i64(String key, long value) {
        scalar(key, GgufType.I64).u64(value);
        return this;
    }

    /** A 32-bit float. */
    public GgufWriter f32(String key, float value) {
        scalar(key, GgufType.F32).u32(Float.floatToRawIntBits(value));
        return this;
    }

    /** A 64-bit float. */
    public GgufWriter f64(String key, double value) {
        scalar(key, GgufType.F64).u64(Double.doubleToRawLongBits(value));
        return this;
    }

    /** An array of strings. */
    public GgufWriter strings(String key, List<String> strings) {
        return byteStrings(key, strings.stream().map(Text::encode).toArray(byte[][]::new));
    }

    /** An array of strings given as bytes: tokenizer pieces need not be valid UTF-8. */
    public GgufWriter byteStrings(String key, byte[][] strings) {
        GgufBuffer buffer = array(key, GgufType.STRING, strings.length);
        for (byte[] string : strings) {
            buffer.string(string);
        }
        return this;
    }

    /** An array of f32. */
    public GgufWriter floats(String key, float... floats) {
        GgufBuffer buffer = array(key, GgufType.F32, floats.length);
        for (float value : floats) {
            buffer.u32(Float.floatToRawIntBits(value));
        }
        return this;
    }

    /** An array of i32. */
    public GgufWriter integers(String key, int... integers) {
        GgufBuffer buffer = array(key, GgufType.I32, integers.length);
        for (int value : integers) {
            buffer.u32(value);
        }
        return this;
    }

    /** An array of bool. */
    public GgufWriter bools(String key, boolean... bools) {
        GgufBuffer buffer = array(key, GgufType.BOOL, bools.length);
        for (boolean value : bools) {
            buffer.number(value ? 1 : 0, 1);
        }
        return this;
    }

    /**
     * Copies a value of another file, of any type.
     *
     * @throws GgufException if {@code source} lacks the key
     */
    public GgufWriter copy(GgufFile source, String key) {
        GgufValue value = source.rawMetadata().value(key);
        MemorySegment raw = source.rawMetadata().raw(key);
        if (value.array()) {
            array(key, value.type(), value.count()).append(raw);
        } else if (value.type() == GgufType.STRING) {
            scalar(key, GgufType.STRING).u64(value.bytes()).append(raw);
        } else {
            scalar(key, value.type()).append(raw);
        }
        return this;
    }

    /**
     * Declares the next tensor.
     *
     * @param shape 1 to 4 positive dimensions in ggml order: the first is contiguous and a whole number of blocks
     */
    public GgufWriter tensor(String name, TensorType type, long... shape) {
        requireState(State.DECLARING, "tensors are declared before the first data");
        requireName("tensor", name, GgufHeader.MAX_TENSOR_NAME_BYTES);
        TensorInfo tensor = TensorInfo.of(name, type, shape, dataBytes);
        long end;
        try {
            end = Math.addExact(tensor.offset(), Math.addExact(tensor.bytes(), padding(tensor.bytes())));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("tensor " + Text.quote(name) + ": the file would exceed 2^63 bytes", e);
        }
        if (tensors.size() == GgufHeader.MAX_ENTRIES) {
            throw new IllegalArgumentException("a file holds at most " + GgufHeader.MAX_ENTRIES + " tensors");
        }
        if (!tensorNames.add(name)) {
            throw new IllegalArgumentException("tensor " + Text.quote(name) + " is declared twice");
        }
        tensors.add(tensor);
        dataBytes = end;
        return this;
    }

    /**
     * Writes the data of the next tensor.
     *
     * @param name the tensor whose turn it is, in the order of declaration
     * @param data exactly its bytes, in heap or native memory
     */
    public GgufWriter data(String name, MemorySegment data) throws IOException {
        TensorInfo tensor = next(name);
        if (data.byteSize() != tensor.bytes()) {
            throw wrongSize(tensor, data.byteSize());
        }
        return data(name, sink -> {
            for (long offset = 0; offset < data.byteSize(); offset += CHUNK_BYTES) {
                int length = (int) Math.min(CHUNK_BYTES, data.byteSize() - offset);
                ByteBuffer buffer = chunk().limit(length);
                MemorySegment.copy(data, offset, MemorySegment.ofBuffer(buffer), 0, length);
                sink.write(buffer);
            }
        });
    }

    /**
     * Writes the data of the next tensor through a callback, for data that is computed piece by piece.
     *
     * @param name the tensor whose turn it is, in the order of declaration
     */
    public GgufWriter data(String name, TensorData data) throws IOException {
        TensorInfo tensor = next(name);
        State ready = state;
        state = State.FAILED; // until the tensor is complete: finish() must refuse a half-written tensor
        if (ready == State.DECLARING) {
            writeHeader();
        }
        TensorChannel sink = new TensorChannel(file, tensor);
        data.writeTo(sink);
        sink.close();
        if (sink.left() != 0) {
            throw wrongSize(tensor, tensor.bytes() - sink.left());
        }
        pad(tensor.bytes());
        written++;
        state = State.WRITING;
        return this;
    }

    /**
     * Completes the file and moves it to its name in one step.
     *
     * @throws IllegalStateException if the data of a tensor is missing
     */
    public void finish() throws IOException {
        requireWritable();
        if (written != tensors.size()) {
            throw new IllegalStateException("the data of " + (tensors.size() - written) + " tensors is missing");
        }
        if (state == State.DECLARING) {
            writeHeader();
        }
        file.commit();
        state = State.CLOSED;
    }

    /** Deletes the temporary file unless {@link #finish} was called. */
    @Override
    public void close() throws IOException {
        state = State.CLOSED;
        file.close();
    }

    private GgufBuffer scalar(String key, GgufType type) {
        if (key.equals(GgufHeader.ALIGNMENT_KEY)) {
            throw new IllegalArgumentException(key + " is written by alignment(bytes)");
        }
        return entry(key, type);
    }

    private GgufBuffer array(String key, GgufType element, long count) {
        return scalar(key, GgufType.ARRAY).u32(element.id()).u64(count);
    }

    private GgufBuffer entry(String key, GgufType type) {
        requireState(State.DECLARING, "metadata comes before the first data");
        byte[] utf8 = requireName("key", key, GgufHeader.MAX_KEY_BYTES);
        if (keys.size() == GgufHeader.MAX_ENTRIES) {
            throw new IllegalArgumentException("a file holds at most " + GgufHeader.MAX_ENTRIES + " keys");
        }
        if (!keys.add(key)) {
            throw new IllegalArgumentException("key " + Text.quote(key) + " is given twice");
        }
        return values.string(utf8).u32(type.id());
    }

    private static byte[] requireName(String kind, String name, int max) {
        byte[] utf8 = Text.encode(name);
        if (utf8.length == 0 || utf8.length > max) {
            throw new IllegalArgumentException(
                    kind + " " + Text.quote(name) + " has " + utf8.length + " bytes; it must have 1 to " + max);
        }
        return utf8;
    }

    private TensorInfo next(String name) {
        requireWritable();
        if (written == tensors.size()) {
            throw new IllegalStateException("data of tensor " + Text.quote(name) + ": no tensor is left to write");
        }
        TensorInfo expected = tensors.get(written);
        if (!name.equals(expected.name())) {
            throw new IllegalStateException("data of tensor " + Text.quote(name) + " is out of order: it is the turn "
                    + "of " + Text.quote(expected.name()));
        }
        return expected;
    }

    private void requireWritable() {
        if (state == State.FAILED || state == State.CLOSED) {
            throw new IllegalStateException(file.target() + ": the writer is "
                    + (state == State.FAILED ? "unusable after a failed write" : "closed"));
        }
    }

    private void requireState(State required, String rule) {
        requireWritable();
        if (state != required) {
            throw new IllegalStateException(rule);
        }
    }

    private void writeHeader() throws IOException {
        GgufBuffer header = new GgufBuffer()
                .u32(GgufHeader.MAGIC)
                .u32(VERSION)
                .u64(tensors.size())
                .u64(keys.size())
                .append(values);
        for (TensorInfo tensor : tensors) {
            header.string(Text.encode(tensor.name())).u32(tensor.shape().size());
            tensor.shape().forEach(header::u64);
            header.u32(tensor.type().id()).u64(tensor.offset());
        }
        byte[] bytes = header.toArray();
        file.write(ByteBuffer.wrap(bytes));
        pad(bytes.length);
    }

    private long padding(long size) {
        return -size & (alignment - 1);
    }

    private void pad(long size) throws IOException {
        file.write(ByteBuffer.allocate((int) padding(size)));
    }

    private ByteBuffer chunk() {
        if (chunk == null) {
            chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
        }
        return chunk.clear();
    }

    private static IllegalArgumentException wrongSize(TensorInfo tensor, long bytes) {
        return new IllegalArgumentException("tensor " + Text.quote(tensor.name()) + ": " + bytes
                + " bytes of data, but its shape needs " + tensor.bytes());
    }
}
