// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import dev.myna.kernels.ProgramCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A folder of compiled OpenCL programs, one file each. Files are written atomically. If the folder cannot be read or written, programs are
 * compiled again.
 */
public record ProgramFolder(Path folder) implements ProgramCache {

    @Override
    public Optional<byte[]> find(String key) {
        try {
            return Optional.of(Files.readAllBytes(file(key)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void store(String key, byte[] program) {
        Path part = null;
        try {
            Files.createDirectories(folder);
            part = Files.createTempFile(folder, key, ".part");
            Files.write(part, program);
            Files.move(part, file(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            discard(part);
        }
    }

    private static void discard(Path part) {
        try {
            if (part != null) {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            // A temporary file stays in a folder that can be emptied at any time.
        }
    }

    private Path file(String key) {
        return folder.resolve(key + ".bin");
    }
}
