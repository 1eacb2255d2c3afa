// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.function.Function;

/** Checks for malformed files: a file is refused with a proper message, or every tensor of it can be read. */
final class Hostile {
    static final Path NAME = Path.of("hostile.file");

    private Hostile() {}

    /** Reads bytes that lie in memory of exactly their size, so that one read past them is an error. */
    static <T> T with(byte[] bytes, Function<MappedFile, T> use) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
            return use.apply(MappedFile.of(NAME, segment));
        }
    }

    /** The message that the file is refused with. */
    static String refusal(byte[] bytes, Function<MappedFile, Checkpoint> reader) {
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> with(bytes, reader));
        return checked(refusal, NAME.toString());
    }

    /** Fails unless the file is refused with a message that has all of these parts. */
    static void refuses(byte[] bytes, Function<MappedFile, Checkpoint> reader, String... parts) {
        String message = refusal(bytes, reader);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
        }
    }

    /** Reads the file and every tensor; true on success, false if the file was refused with a proper message. */
    static boolean reads(byte[] bytes, Function<MappedFile, Checkpoint> reader) {
        try {
            return with(bytes, file -> {
                Checkpoint checkpoint = reader.apply(file);
                checkpoint.names().forEach(name -> useAll(checkpoint.find(name).orElseThrow(), bytes.length));
                return true;
            });
        } catch (CheckpointException e) {
            checked(e, NAME.toString());
            return false;
        }
    }

    private static void useAll(SourceTensor tensor, int fileBytes) {
        long needed = Math.multiplyExact(tensor.elements(), tensor.type().bytes());
        assertTrue(needed <= fileBytes, () -> tensor.name() + " has more bytes than its file");
        assertEquals(needed, Values.stored(tensor).length);
    }

    /** The message, checked for its form: one short line without controls that names the file. */
    static String checked(CheckpointException refusal, String file) {
        String message = refusal.getMessage();
        assertTrue(message.contains(file + ": "), message);
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.length() < 700, message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), message);
        return message;
    }
}
