// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.bench.SampleImages;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.launch.Relauncher;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Interruption;
import dev.myna.cli.terminal.Output;
import dev.myna.engine.warmup.KernelWarmUp;
import dev.myna.kernels.TensorType;
import dev.myna.models.EmbeddedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Runs typical commands on the embedded model, so that the JVM records the classes that they load. */
final class ArchiveWorkload {
    /** Pixels along a side of the images. */
    private static final int SIDE = 96;

    private ArchiveWorkload() {}

    /** Runs some commands and drops their output. Ends with the exit code of the first one that fails. */
    public static void main(String[] args) throws IOException {
        Relauncher.ensureSuitable(args);
        warmUp();
        Path folder = Files.createTempDirectory("myna");
        // Also if the process is stopped because it takes too long.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAll(folder)));
        int code = run(commands(folder));
        if (code != ExitCode.OK) {
            System.exit(code);
        }
    }

    /** Runs the commands; returns the exit code of the first one that fails. */
    private static int run(List<List<String>> commands) {
        int code = ExitCode.OK;
        for (int i = 0; i < commands.size() && code == ExitCode.OK; i++) {
            String[] arguments = commands.get(i).toArray(String[]::new);
            Interruption interruption = new Interruption();
            interruption.install();
            WarmUp.start(arguments).end();
            code = Main.run(arguments, silence(), interruption);
            interruption.finished();
        }
        return code;
    }

    /** Loads the kernels of all parts and types. */
    private static void warmUp() {
        try (KernelWarmUp warmUp =
                KernelWarmUp.start(EnumSet.allOf(KernelWarmUp.Part.class), EnumSet.allOf(TensorType.class))) {
            warmUp.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<List<String>> commands(Path folder) throws IOException {
        List<List<String>> commands = new ArrayList<>();
        commands.add(List.of("--version"));
        if (ModelFiles.hasEmbedded()) {
            Path decoder = copy(EmbeddedModel.decoder(), folder.resolve("model.gguf"));
            copy(EmbeddedModel.mmproj(), folder.resolve("model-mmproj.gguf"));
            Path png = folder.resolve("image.png");
            Path jpg = folder.resolve("image.jpg");
            SampleImages.writePng(png, SIDE, SIDE);
            SampleImages.writeJpeg(jpg);
            commands.add(List.of("run", "--image", png.toString(), "--lang", "en"));
            commands.add(
                    List.of("run", "-m", decoder.toString(), "--image", jpg.toString(), "--temp", "0.5", "-n", "4"));
            commands.add(List.of("run", "-m", decoder.toString(), "-p", "hello world", "-n", "4", "--json"));
        }
        commands.add(List.of("doctor"));
        return commands;
    }

    private static Path copy(InputStream resource, Path file) throws IOException {
        try (resource) {
            Files.copy(resource, file);
        }
        return file;
    }

    /** A console that drops all output. */
    private static Console silence() {
        Console here = Console.ofProcess();
        return new Console(
                InputStream.nullInputStream(),
                new Output(OutputStream.nullOutputStream(), here.outputIsTerminal()),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                here.inputIsTerminal(),
                here.outputIsTerminal());
    }

    private static void deleteAll(Path folder) {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            // Some temporary files stay. No user reads a message of this process.
        }
    }
}
