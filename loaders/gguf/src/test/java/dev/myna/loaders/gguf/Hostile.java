// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Checks for malformed files: a file is refused with a proper message, or every part of it can be used. */
final class Hostile {
    static final String NAME = "hostile.gguf";

    private Hostile() {}

    /** The message the file is refused with; fails unless it is one line that names the file. */
    static String refusal(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = GgufBytes.nativeCopy(bytes, arena);
            GgufException refusal = assertThrows(GgufException.class, () -> GgufFile.of(segment, NAME));
            return checked(refusal);
        }
    }

    /** Reads the file and uses everything in it; true on success, false if the file was refused with a proper message. */
    static boolean reads(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            useAll(GgufFile.of(GgufBytes.nativeCopy(bytes, arena), NAME));
            return true;
        } catch (GgufException e) {
            checked(e);
            return false;
        }
    }

    /** Calls every getter on every key, and touches both ends of every tensor. */
    static void useAll(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        for (String key : metadata.keys()) {
            assertFalse(metadata.describe(key).isEmpty());
            attempt(() -> metadata.string(key));
            attempt(() -> metadata.bool(key, false));
            attempt(() -> metadata.integer(key, 0, 1000));
            attempt(() -> metadata.number(key));
            attempt(() -> metadata.strings(key));
            attempt(() -> metadata.byteStrings(key));
            attempt(() -> metadata.floats(key));
            attempt(() -> metadata.integers(key));
            attempt(() -> metadata.length(key));
        }
        for (Tensor tensor : file.tensors().values()) {
            tensor.data().get(ValueLayout.JAVA_BYTE, 0);
            tensor.data().get(ValueLayout.JAVA_BYTE, tensor.data().byteSize() - 1);
        }
    }

    /** The message, checked for its form: one line without controls that names the file. */
    static String checked(GgufException refusal) {
        String message = refusal.getMessage();
        assertTrue(message.contains(".gguf: "), message);
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.length() < 600, message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), message);
        return message;
    }

    private static void attempt(Runnable getter) {
        try {
            getter.run();
        } catch (GgufException e) {
            checked(e);
        }
    }
}
