// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.launch.ClassArchive;
import dev.myna.cli.launch.Relauncher;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The single jar, run as people run it: {@code java -jar myna.jar …} in a process of its own. */
public final class Jar {
    private static final long LIMIT_SECONDS = 120;

    private final List<String> command = new ArrayList<>();
    private final ProcessBuilder builder;

    public Jar(Path java, List<String> jvmFlags, String... args) {
        command.add(java.toString());
        command.addAll(jvmFlags);
        command.addAll(List.of("-jar", path().toString()));
        command.addAll(List.of(args));
        builder = new ProcessBuilder(command);
        // The tests' own flags must not reach the process: getting along without them is what is tested.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        builder.environment().put(ClassArchive.SWITCH, "off");
    }

    /** On the JDK that runs the tests, without any flag. */
    public static Jar java(String... args) {
        return new Jar(currentJava(), List.of(), args);
    }

    /** As the launcher script starts it: with the flags for which it would else start Java a second time. */
    public static Jar started(String... args) {
        List<String> flags = new ArrayList<>(Relauncher.FLAGS);
        flags.addAll(Relauncher.COLLECTOR_FLAGS);
        flags.addAll(Relauncher.COMPILER_FLAGS);
        return new Jar(currentJava(), flags, args);
    }

    public static Path currentJava() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    static Path path() {
        return Path.of(System.getProperty("myna.jar", "target/myna.jar"));
    }

    public Jar env(Map<String, String> variables) {
        builder.environment().putAll(variables);
        return this;
    }

    Jar without(String... variables) {
        builder.environment().keySet().removeAll(List.of(variables));
        return this;
    }

    public Jar in(Path folder) {
        builder.directory(folder.toFile());
        return this;
    }

    Jar stdin(File file) {
        builder.redirectInput(file);
        return this;
    }

    /**
     * Listens to SIGINT even when the tests run in the background of a script, whose shell has it ignored by all its
     * children; where env cannot do that, nothing changes.
     */
    public Jar interruptible() throws IOException, InterruptedException {
        Process probe = new ProcessBuilder("env", "--default-signal=INT", "true").start();
        if (probe.waitFor() == 0) {
            command.addAll(0, List.of("env", "--default-signal=INT"));
        }
        return this;
    }

    /** Lets it write no file of more than so many blocks of 1,024 bytes, which fails a write the way a full disk does. */
    public Jar fileLimit(int blocks) {
        command.addAll(0, List.of("bash", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "bash"));
        return this;
    }

    /** What Ctrl-C does. */
    public static void interrupt(Process process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    }

    public Process start() throws IOException {
        return builder.start();
    }

    /** Runs to the end with {@code stdin} as input. */
    public Captured run(byte[] stdin) throws IOException, InterruptedException {
        Process process = start();
        CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
        try (OutputStream in = process.getOutputStream()) {
            in.write(stdin);
        } catch (IOException e) {
            // It did not want to read everything: fine.
        }
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(
                    String.join(" ", command) + " did not end in " + LIMIT_SECONDS + " s: " + err.join());
        }
        return new Captured(process.exitValue(), out.join(), err.join());
    }

    public Captured run() throws IOException, InterruptedException {
        return run(new byte[0]);
    }

    public static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
