// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.launch;

import dev.myna.cli.system.Posix;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Creates a {@link ClassArchive}: one JVM runs a workload and lists the classes that it loads, a second one archives them. The
 * archive gets its name only when it is complete.
 */
public final class ArchiveMaker {
    private static final String LAUNCHER = "dev.myna.cli.Launcher";

    /** The class whose main method runs what users run. */
    private static final String WORKLOAD = "dev.myna.cli.ArchiveWorkload";

    private static final long LIMIT_SECONDS = 300;
    private static final long PATIENCE_SECONDS = 10;

    /** Priority of the background process: runs of the user come first. */
    private static final int NICENESS = 5;

    /** After this time, a process that has begun to create the archive is dead. */
    private static final Duration ABANDONED = Duration.ofMinutes(10);

    private final ClassArchive archive;

    public ArchiveMaker(ClassArchive archive) {
        this.archive = archive;
    }

    /**
     * Starts another process of low priority that creates the archive, and returns at once. That process outlives this one and
     * has none of its streams.
     *
     * @throws IOException if the archive's folder cannot be written, or the process cannot be started
     */
    public void makeInBackground() throws IOException {
        Path folder = archive.file().getParent();
        Files.createDirectories(folder);
        if (!Files.isWritable(folder)) {
            throw new AccessDeniedException(folder.toString());
        }
        List<String> command = new ArrayList<>();
        if (Posix.available()) {
            command.addAll(List.of("nice", "-n", Integer.toString(NICENESS)));
        }
        command.addAll(java(List.of()));
        command.addAll(List.of("-cp", archive.jar().toString(), LAUNCHER, "doctor", "--warm"));
        start(command, archive.file());
    }

    /**
     * Creates the archive.
     *
     * @return false if another process is creating it
     * @throws IOException if the folder cannot be written or a JVM fails
     */
    public boolean make() throws IOException {
        Path folder = archive.file().getParent();
        Files.createDirectories(folder);
        Path list = beside(".classes");
        if (!claim(list)) {
            return false;
        }
        Path part = beside(".part");
        try {
            run(java(List.of("-XX:DumpLoadedClassList=" + list)), WORKLOAD);
            run(java(List.of("-Xshare:dump", "-XX:SharedClassListFile=" + list, "-XX:SharedArchiveFile=" + part)));
            Files.move(part, archive.file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } finally {
            Files.deleteIfExists(list);
            Files.deleteIfExists(part);
        }
    }

    private Path beside(String ending) {
        return archive.file().resolveSibling(archive.file().getFileName() + ending);
    }

    /** Takes the lock: creates a file that only one process can create. */
    private static boolean claim(Path file) throws IOException {
        try {
            Files.createFile(file);
            return true;
        } catch (FileAlreadyExistsException e) {
            Instant begun = Files.getLastModifiedTime(file).toInstant();
            if (begun.plus(ABANDONED).isAfter(Instant.now())) {
                return false;
            }
            Files.delete(file);
            return claim(file);
        }
    }

    private List<String> java(List<String> flags) {
        List<String> command = new ArrayList<>();
        command.add(Relauncher.javaProgram());
        command.addAll(Relauncher.FLAGS);
        command.addAll(Relauncher.COMPILER_FLAGS);
        command.addAll(Relauncher.COLLECTOR_FLAGS);
        command.addAll(flags);
        return command;
    }

    private void run(List<String> command, String... arguments) throws IOException {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of("-cp", archive.jar().toString()));
        whole.addAll(List.of(arguments));
        Process process = start(whole, null);
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                // A normal end first, so that the process can delete its temporary files.
                process.destroy();
                boolean ignored = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
                throw new IOException("creating " + archive.file() + " took longer than " + LIMIT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("creating " + archive.file() + " failed: " + whole.getFirst() + " ended with "
                        + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("creating " + archive.file() + " was interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** @param target the archive that the process creates; null for none */
    private static Process start(List<String> command, Path target) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD);
        builder.environment().put(ClassArchive.SWITCH, target == null ? "off" : target.toString());
        // Another collector or archive would make the archive unusable.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }
}
