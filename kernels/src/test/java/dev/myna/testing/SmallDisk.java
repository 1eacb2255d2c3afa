// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A file system in memory of a few pages, for tests that are marked {@link NeedsTmpfs}. */
public final class SmallDisk implements AutoCloseable {
    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts one. */
    public static SmallDisk mount(Path folder, int kibibytes) throws IOException {
        Files.createDirectories(folder);
        String problem = run("mount", "-t", "tmpfs", "-o", "size=" + kibibytes + "k", "tmpfs", folder.toString());
        if (!problem.isEmpty()) {
            throw new IOException(problem);
        }
        return new SmallDisk(folder);
    }

    /** Allows or forbids writing, or changes the size: {@code ro}, {@code rw}, {@code size=100k}. */
    public void remount(String mode) throws IOException {
        String problem = run("mount", "-o", "remount," + mode, folder.toString());
        if (!problem.isEmpty()) {
            throw new IOException(problem);
        }
    }

    private static String run(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? "" : String.join(" ", command) + ": " + output;
        } catch (IOException e) {
            return Stream.of(command).findFirst().orElseThrow() + ": " + e.getMessage();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        run("umount", folder.toString());
    }
}
