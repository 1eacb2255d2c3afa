// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A compiled program as a cache keeps it: its SHA-256, then the driver's binary, which drivers may trust blindly. */
public final class StoredProgram {
    private static final int DIGEST_BYTES = 32;

    private StoredProgram() {}

    /** The key of a program made from these, in hexadecimal digits. */
    static String key(List<String> parts) {
        MessageDigest digest = sha256();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static byte[] seal(byte[] binary) {
        byte[] sealed = Arrays.copyOf(sha256().digest(binary), DIGEST_BYTES + binary.length);
        System.arraycopy(binary, 0, sealed, DIGEST_BYTES, binary.length);
        return sealed;
    }

    /** The binary, or empty if it is not what was sealed. */
    public static Optional<byte[]> open(byte[] sealed) {
        if (sealed.length <= DIGEST_BYTES) {
            return Optional.empty();
        }
        byte[] binary = Arrays.copyOfRange(sealed, DIGEST_BYTES, sealed.length);
        boolean sound = Arrays.equals(sha256().digest(binary), Arrays.copyOf(sealed, DIGEST_BYTES));
        return sound ? Optional.of(binary) : Optional.empty();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
