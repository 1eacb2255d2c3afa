// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.launch.ClassArchive;
import dev.myna.cli.launch.Relauncher;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.engine.error.GenerationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One answer of {@code myna run} in a process of its own, as a user waits for it: started like this one but without the flags
 * the launcher added, so that it goes the whole way again. Files are in the page cache after the first such run.
 *
 * @param firstTokenNanos from the start of the process to the first byte of the answer
 * @param loadMillis time it says loading took
 * @param imageMillis time it says the image took; 0 without one
 * @param promptMillis time it says the prompt took
 */
record ColdRun(long firstTokenNanos, double loadMillis, double imageMillis, double promptMillis) {
    /** What {@code myna run} writes to stderr. */
    private static final Pattern TIMES =
            Pattern.compile("\\[load ([0-9.]+) s(?:, image ([0-9.]+) s)?, prompt [0-9]+ tokens? in ([0-9.]+) s");

    /** Starts a process with these arguments of {@code run} and waits for its end. */
    static ColdRun of(List<String> arguments) throws IOException {
        Path errors = Files.createTempFile("myna-bench", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command(arguments)).redirectError(errors.toFile());
            builder.environment().remove(Relauncher.GUARD);
            if (ClassArchive.ofProcess().filter(ClassArchive::wanted).isPresent()) {
                // The first run would have it made in the background, to the cost of those measured next.
                builder.environment().put(ClassArchive.SWITCH, "off");
            }
            long start = System.nanoTime();
            Process process = builder.start();
            process.getOutputStream().close();
            long first;
            try (InputStream out = process.getInputStream()) {
                int ignored = out.read();
                first = System.nanoTime() - start;
                out.transferTo(OutputStream.nullOutputStream());
            }
            int code = process.waitFor();
            String messages = Files.readString(errors);
            if (code != ExitCode.OK) {
                throw new GenerationException("the cold run ended with exit code " + code + ": " + lastLine(messages));
            }
            return parse(first, messages);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GenerationException("interrupted while waiting for a cold run", e);
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    /** Reads the times from what a run wrote to stderr. */
    static ColdRun parse(long firstTokenNanos, String messages) {
        Matcher times = TIMES.matcher(messages);
        if (!times.find()) {
            throw new GenerationException("the cold run printed no times: " + lastLine(messages));
        }
        return new ColdRun(firstTokenNanos, millis(times.group(1)), millis(times.group(2)), millis(times.group(3)));
    }

    private static double millis(String seconds) {
        return seconds == null ? 0 : Double.parseDouble(seconds) * 1000;
    }

    private static String lastLine(String messages) {
        List<String> lines = messages.lines().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }

    private static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Relauncher.javaProgram());
        command.addAll(
                Relauncher.withoutOwnFlags(ManagementFactory.getRuntimeMXBean().getInputArguments()));
        String classPath = System.getProperty("java.class.path");
        // The jar's manifest counts only with -jar.
        if (classPath.endsWith(".jar") && Files.isRegularFile(Path.of(classPath))) {
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(List.of("-cp", classPath, "dev.myna.cli.Launcher"));
        }
        command.add("run");
        command.addAll(arguments);
        return command;
    }
}
