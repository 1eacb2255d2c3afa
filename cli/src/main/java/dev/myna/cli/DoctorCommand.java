// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.DeviceList;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.launch.ArchiveMaker;
import dev.myna.cli.launch.ClassArchive;
import dev.myna.cli.launch.Relauncher;
import dev.myna.cli.system.HostFacts;
import dev.myna.cli.system.UserFolders;
import dev.myna.cli.system.Version;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.CardLines;
import dev.myna.cli.text.Units;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufFile;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what Myna finds on this machine. */
@Command(
        name = "doctor",
        header = "Show what Myna finds on this machine: Java, CPU kernels, memory, locale, folders.",
        customSynopsis = "myna doctor [--warm]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
    private static final String NO_FOLDER = "this user has no home folder; set MYNA_CACHE to a folder";

    private final CommandContext context;

    @Option(names = "--warm", description = "create the class archive now; it makes later starts faster")
    private boolean warm;

    DoctorCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (warm) {
            return makeArchive();
        }
        CardLines lines = new CardLines();
        lines.add("myna", Version.withCommit());
        lines.add(
                "java",
                System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vm.name") + ", "
                        + System.getProperty("java.home"));
        lines.add(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        HostFacts.processor().ifPresent(name -> lines.add("processor", name));
        lines.add("kernels", Devices.describeCpu());
        lines.add("threads", Runtime.getRuntime().availableProcessors() + " (change with -t)");
        DeviceList.openCl().forEach(line -> lines.add("opencl", line));
        lines.add("memory", memory());
        lines.add("locale", locale());
        lines.add("embedded", embedded());
        UserFolders folders = UserFolders.of(context.environment());
        lines.add("cache", folders.cache().map(Path::toString).orElse("none: " + NO_FOLDER));
        lines.add("state", folders.state().map(Path::toString).orElse("none: " + NO_FOLDER));
        folders.ignored().forEach(line -> lines.add("", line));
        lines.add(
                "archive", ClassArchive.ofProcess().map(DoctorCommand::describe).orElse("none: " + noArchive()));
        lines.lines().forEach(context.console().out()::line);
        return ExitCode.OK;
    }

    private int makeArchive() {
        Console console = context.console();
        ClassArchive archive = ClassArchive.ofProcess().orElse(null);
        if (archive == null) {
            console.error("there is no class archive: " + noArchive());
            return ExitCode.ENVIRONMENT;
        }
        try {
            boolean made = new ArchiveMaker(archive).make();
            console.out()
                    .line(archive.file()
                            + (made
                                    ? ", " + Units.bytes(archive.size().orElse(0L)) + ", ready for the next start"
                                    : ": another process is creating it"));
            return ExitCode.OK;
        } catch (IOException e) {
            console.error(e.getMessage());
            return ExitCode.ENVIRONMENT;
        }
    }

    private static String noArchive() {
        if (UserFolders.ofProcess().cache().isEmpty() && System.getenv(ClassArchive.SWITCH) == null) {
            return NO_FOLDER;
        }
        return "off".equals(System.getenv(ClassArchive.SWITCH))
                ? ClassArchive.SWITCH + " is off"
                : "Myna does not run from its jar";
    }

    private static String describe(ClassArchive archive) {
        String state = switch (archive.state()) {
            case USED -> "in use";
            case READY -> "ready for the next start";
            case REFUSED -> "rejected by this Java; myna doctor --warm creates it again";
            case ABSENT -> "none yet (created after the first run, or by myna doctor --warm)";
        };
        return archive.file()
                + archive.size().map(bytes -> ", " + Units.bytes(bytes)).orElse("") + ", " + state;
    }

    private static String memory() {
        String heap = "Java heap up to " + Units.bytes(Runtime.getRuntime().maxMemory());
        return HostFacts.totalMemory()
                .map(total -> Units.bytes(total) + ", "
                        + Units.bytes(HostFacts.availableMemory().orElse(0L)) + " available; " + heap)
                .orElse(heap);
    }

    private static String locale() {
        String names = System.getProperty("sun.jnu.encoding");
        return "file names in " + names + ", text in " + Charset.defaultCharset() + ", answers always in UTF-8"
                + (Relauncher.hasUnicodeLocale() ? "" : "; only ASCII file names work: set LC_ALL=C.UTF-8");
    }

    private static String embedded() {
        if (!ModelFiles.hasEmbedded()) {
            return "none in this build: give a model with -m FILE";
        }
        List<GgufFile> parts = ModelFiles.embedded();
        long bytes = parts.stream().mapToLong(GgufFile::size).sum();
        return parts.getFirst().metadata().string("general.name", "unnamed") + ", " + Units.bytes(bytes);
    }
}
