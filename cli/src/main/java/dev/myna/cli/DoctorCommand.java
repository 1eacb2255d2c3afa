// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.kernels.Devices;
import dev.myna.loaders.gguf.GgufFile;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** What Myna finds on this machine. */
@Command(
        name = "doctor",
        header = "Show what Myna finds on this machine: Java, vector unit, memory, locale.",
        customSynopsis = "myna doctor",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
    private final MynaCommand root;

    DoctorCommand(MynaCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        CardLines lines = new CardLines();
        lines.add("myna", MynaCommand.Version.version());
        lines.add(
                "java",
                System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vm.name") + ", "
                        + System.getProperty("java.home"));
        lines.add(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        Machine.processor().ifPresent(name -> lines.add("processor", name));
        lines.add("vectors", Devices.describeCpu());
        lines.add("threads", Runtime.getRuntime().availableProcessors() + " (change with -t)");
        lines.add(
                "opencl",
                Machine.openCl().map(name -> name + " found, but").orElse("not found;")
                        + " this version computes on the CPU only");
        lines.add("memory", memory());
        lines.add("locale", locale());
        lines.add("embedded", embedded());
        lines.lines().forEach(root.console().out()::line);
        return ExitCode.OK;
    }

    private static String memory() {
        String heap = "Java heap up to " + Units.bytes(Runtime.getRuntime().maxMemory());
        return Machine.totalMemory()
                .map(total -> Units.bytes(total) + ", "
                        + Units.bytes(Machine.availableMemory().orElse(0L)) + " available; " + heap)
                .orElse(heap);
    }

    private static String locale() {
        String names = System.getProperty("sun.jnu.encoding");
        return "file names in " + names + ", text in " + Charset.defaultCharset() + ", answers always in UTF-8"
                + (Relauncher.hasUnicodeLocale() ? "" : "; only ASCII file names work: set LC_ALL=C.UTF-8");
    }

    private static String embedded() {
        if (!ModelFiles.hasEmbedded()) {
            return "none in this build: name a model with -m FILE";
        }
        List<GgufFile> parts = ModelFiles.embedded();
        long bytes = parts.stream().mapToLong(GgufFile::size).sum();
        return parts.getFirst().metadata().string("general.name", "unnamed") + ", " + Units.bytes(bytes);
    }
}
