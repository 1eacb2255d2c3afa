// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.kernels.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Writes one PyTorch checkpoint of random weights: a zip archive of stored entries, one pickle and one storage per tensor, in
 * the zip64 form wherever a number needs it (docs/spec/models.md 7.1).
 */
final class PyTorchWriter implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final int LOCAL_HEADER = 30;
    private static final int VERSION = 45;
    private static final long LIMIT = 0xFFFF_FFFFL;

    private final FileChannel file;
    private final String folder;
    private final List<Member> members = new ArrayList<>();

    private record Member(byte[] name, long offset, long size, int crc) {}

    /** What an entry of the archive holds. */
    private interface Content {
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    private PyTorchWriter(Path path) throws IOException {
        file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        folder = path.getFileName().toString().replaceFirst("\\.bin$", "") + "/";
    }

    static void write(Path path, List<CheckpointPlan.Entry> entries, WeightPool weights) throws IOException {
        try (PyTorchWriter writer = new PyTorchWriter(path)) {
            byte[] pickle = pickle(entries);
            writer.add("data.pkl", pickle.length, channel -> channel.write(ByteBuffer.wrap(pickle)));
            for (int i = 0; i < entries.size(); i++) {
                CheckpointPlan.Entry entry = entries.get(i);
                writer.add(
                        "data/" + i,
                        entry.bytes(),
                        channel ->
                                weights.write(channel, entry.type(), entry.mean(), entry.deviation(), entry.bytes()));
            }
            writer.add("version", 2, channel -> channel.write(ByteBuffer.wrap(new byte[] {'3', '\n'})));
            writer.directory();
        }
    }

    private void add(String name, long size, Content content) throws IOException {
        if (size >= LIMIT) {
            throw new IllegalArgumentException(name + ": an entry of " + size + " bytes is not written here");
        }
        byte[] path = (folder + name).getBytes(StandardCharsets.US_ASCII);
        long offset = file.position();
        // The data is aligned by a field of zeros, as PyTorch does it.
        int fixed = LOCAL_HEADER + path.length + 4;
        int padding = (int) (-(offset + fixed) & (ALIGNMENT - 1));
        file.position(offset + fixed + padding);
        CRC32 crc = new CRC32();
        content.writeTo(new CheckedChannel(file, crc));
        long end = file.position();
        Member member = new Member(path, offset, size, (int) crc.getValue());
        if (end != offset + fixed + padding + size) {
            throw new IllegalStateException(name + ": declared with " + size + " bytes, but written differently");
        }
        ByteBuffer header = buffer(fixed + padding)
                .putInt(0x04034b50)
                .putShort((short) VERSION)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt(member.crc)
                .putInt((int) size)
                .putInt((int) size)
                .putShort((short) path.length)
                .putShort((short) (4 + padding))
                .put(path)
                .putShort((short) 0x4246)
                .putShort((short) padding);
        file.write(header.clear(), offset);
        members.add(member);
    }

    private void directory() throws IOException {
        long start = file.position();
        for (Member member : members) {
            boolean far = member.offset >= LIMIT;
            ByteBuffer entry = buffer(46 + member.name.length + (far ? 12 : 0))
                    .putInt(0x02014b50)
                    .putShort((short) VERSION)
                    .putShort((short) VERSION)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putInt(0)
                    .putInt(member.crc)
                    .putInt((int) member.size)
                    .putInt((int) member.size)
                    .putShort((short) member.name.length)
                    .putShort((short) (far ? 12 : 0))
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putInt(0)
                    .putInt((int) (far ? LIMIT : member.offset))
                    .put(member.name);
            if (far) {
                entry.putShort((short) 1).putShort((short) 8).putLong(member.offset);
            }
            file.write(entry.flip());
        }
        long end = file.position();
        boolean far = end >= LIMIT;
        if (far) {
            file.write(buffer(76)
                    .putInt(0x06064b50)
                    .putLong(44)
                    .putShort((short) VERSION)
                    .putShort((short) VERSION)
                    .putInt(0)
                    .putInt(0)
                    .putLong(members.size())
                    .putLong(members.size())
                    .putLong(end - start)
                    .putLong(start)
                    .putInt(0x07064b50)
                    .putInt(0)
                    .putLong(end)
                    .putInt(1)
                    .flip());
        }
        file.write(buffer(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) members.size())
                .putShort((short) members.size())
                .putInt((int) (end - start))
                .putInt((int) (far ? LIMIT : start))
                .putShort((short) 0)
                .flip());
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The state dictionary as a pickle of protocol 2, without memo. */
    private static byte[] pickle(List<CheckpointPlan.Entry> entries) {
        Pickle pickle = new Pickle();
        pickle.bytes(0x80, 2).global("collections", "OrderedDict").bytes(')', 'R', '(');
        for (int i = 0; i < entries.size(); i++) {
            CheckpointPlan.Entry entry = entries.get(i);
            pickle.string(entry.name())
                    .global("torch._utils", "_rebuild_tensor_v2")
                    .bytes('(');
            pickle.bytes('(').string("storage").global("torch", storage(entry.type()));
            pickle.string(Integer.toString(i))
                    .string("cpu")
                    .integer(entry.elements())
                    .bytes('t', 'Q');
            pickle.integer(0).bytes('(');
            entry.shape().forEach(pickle::integer);
            pickle.bytes('t', '(');
            long stride = entry.elements();
            for (long dimension : entry.shape()) {
                stride /= dimension;
                pickle.integer(stride);
            }
            pickle.bytes('t', 0x89).global("collections", "OrderedDict").bytes(')', 'R', 't', 'R');
        }
        return pickle.bytes('u', '.').out.toByteArray();
    }

    private static String storage(TensorType type) {
        return switch (type) {
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case F32 -> "FloatStorage";
            default -> throw new IllegalArgumentException("PyTorch has no storage of " + type);
        };
    }

    /** Opcodes of the pickle format, written one after the other. */
    private static final class Pickle {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle bytes(int... opcodes) {
            for (int opcode : opcodes) {
                out.write(opcode);
            }
            return this;
        }

        Pickle global(String module, String name) {
            out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Pickle string(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(buffer(5).put((byte) 'X').putInt(utf8.length).array());
            out.writeBytes(utf8);
            return this;
        }

        Pickle integer(long value) {
            if (value == (int) value) {
                out.writeBytes(buffer(5).put((byte) 'J').putInt((int) value).array());
            } else {
                out.writeBytes(
                        buffer(10).put((byte) 0x8A).put((byte) 8).putLong(value).array());
            }
            return this;
        }
    }

    /** Passes bytes on and sums them up. */
    private record CheckedChannel(FileChannel file, CRC32 crc) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) throws IOException {
            ByteBuffer seen = source.duplicate();
            int written = file.write(source);
            crc.update(seen.limit(seen.position() + written));
            return written;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() {}
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
