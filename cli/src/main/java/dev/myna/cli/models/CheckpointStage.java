// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.LongWork;
import dev.myna.loaders.convert.Conversion;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.hub.Digests;
import dev.myna.loaders.hub.Downloader.Fetched;
import dev.myna.loaders.hub.HubFile.Role;
import dev.myna.loaders.hub.ModelStore;
import dev.myna.loaders.hub.StoredModel.Known;
import dev.myna.loaders.hub.StoredModel.StoredFile;
import dev.myna.loaders.io.PendingFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Converts a checkpoint in the store to a model in the store. After an interruption, the next run keeps the complete files. Quantized
 * weights are written straight from the checkpoint; the bytes are the same as after convert and quantize.
 */
final class CheckpointStage {
    private final CommandContext context;
    private final ModelStore store;
    private final PullPlan plan;
    private final Path work;
    private final int threads;

    /** A file to be made. */
    private record Target(Role role, Path path, PlannedFile file, FileType type) {
        long bytes() {
            return Conversion.bytes(file, type);
        }
    }

    CheckpointStage(CommandContext context, ModelStore store, PullPlan plan, int threads) {
        this.context = context;
        this.store = store;
        this.plan = plan;
        this.work = store.workFolder(plan.base());
        this.threads = threads;
    }

    /**
     * Makes the files, and puts them into the store.
     *
     * @param fetched files of the checkpoint by name
     * @param clip checkpoint of the vision tower, for a checkpoint without one
     */
    List<StoredFile> run(Map<String, Fetched> fetched, Optional<Path> clip) throws IOException {
        Path source = Files.createDirectories(work.resolve("source"));
        Path out = Files.createDirectories(work.resolve("out"));
        deleteFiles(source, name -> true);
        boolean same = sameInputs(fetched, clip);
        deleteFiles(out, name -> !same || name.endsWith(".part"));
        for (Map.Entry<String, Fetched> file : fetched.entrySet()) {
            link(source.resolve(file.getKey()), store.blob(file.getValue().sha256()));
        }
        FileType type = FileType.byName(plan.convert().orElseThrow().type()).orElseThrow();
        FileType visionType =
                FileType.byName(plan.convert().orElseThrow().visionType()).orElseThrow();
        List<StoredFile> files = new ArrayList<>();
        try (Conversion conversion = Conversion.open(source, clip, plan.modelName())) {
            context.console().note("converting: " + conversion.family() + " to " + plan.variant());
            conversion.plan().notes().forEach(context.console()::note);
            List<Target> targets = new ArrayList<>();
            if (conversion.plan().hasVision()) {
                targets.add(target(Role.mmproj, out, conversion.plan().vision(), visionType));
            }
            targets.add(target(Role.decoder, out, conversion.plan().text(), type));
            write(conversion, targets);
            for (Target target : targets) {
                files.add(stored(target));
            }
            for (int i = 0; i < targets.size(); i++) {
                store.adopt(targets.get(i).path(), files.get(i).sha256());
            }
        }
        return files;
    }

    /**
     * Whether the results of an earlier run come from the same files; records the present ones. Another revision of a checkpoint
     * has the same names and shapes.
     */
    private boolean sameInputs(Map<String, Fetched> fetched, Optional<Path> clip) throws IOException {
        StringBuilder inputs = new StringBuilder();
        fetched.forEach((name, file) ->
                inputs.append(name).append(' ').append(file.sha256()).append('\n'));
        clip.ifPresent(
                folder -> inputs.append("clip ").append(folder.toAbsolutePath()).append('\n'));
        Path note = work.resolve("inputs");
        boolean same = Files.isRegularFile(note) && Files.readString(note).contentEquals(inputs);
        if (!same) {
            // Results of other files must be gone before the record is written.
            deleteFiles(work.resolve("out"), name -> true);
            PendingFile.replace(note, inputs.toString().getBytes(StandardCharsets.UTF_8));
        }
        return same;
    }

    /** A second name for a file: the converter expects the names of the publisher. */
    private static void link(Path name, Path blob) throws IOException {
        try {
            Files.createLink(name, blob);
        } catch (FileSystemException | UnsupportedOperationException e) {
            Files.createSymbolicLink(name, blob);
        }
    }

    private Target target(Role role, Path folder, PlannedFile file, FileType type) {
        String name = plan.modelName() + (role == Role.mmproj ? "-mmproj-" : "-")
                + type.name().toLowerCase(Locale.ROOT) + ".gguf";
        return new Target(role, folder.resolve(name), file, type);
    }

    private void write(Conversion conversion, List<Target> targets) throws IOException {
        List<Target> missing = new ArrayList<>();
        for (Target target : targets) {
            if (Files.exists(target.path()) && Conversion.isResult(target.path(), target.file(), target.type())) {
                context.console().note(target.path().getFileName() + " is complete: kept");
            } else {
                Files.deleteIfExists(target.path());
                missing.add(target);
            }
        }
        LongWork.requireSpace(work, missing.stream().mapToLong(Target::bytes).sum());
        for (Target target : missing) {
            LongWork.run(
                    context,
                    "converting " + target.path().getFileName(),
                    target.bytes(),
                    progress -> conversion.write(target.file(), target.type(), target.path(), threads, progress));
        }
    }

    private StoredFile stored(Target target) throws IOException {
        long size = Files.size(target.path());
        String[] digest = new String[1];
        LongWork.run(
                context,
                "SHA-256 of " + target.path().getFileName(),
                size,
                progress -> digest[0] = Digests.sha256(target.path(), progress));
        return new StoredFile(target.role(), target.path().getFileName().toString(), size, digest[0], Known.made);
    }

    /** Removes temporary files, once the results are in the store. */
    void cleanUp() throws IOException {
        for (String folder : List.of("source", "out")) {
            deleteFiles(work.resolve(folder), name -> true);
            Files.deleteIfExists(work.resolve(folder));
        }
        Files.deleteIfExists(work.resolve("inputs"));
        Files.deleteIfExists(work);
    }

    private static void deleteFiles(Path folder, Predicate<String> which) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(path -> which.test(path.getFileName().toString()))
                    .toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
