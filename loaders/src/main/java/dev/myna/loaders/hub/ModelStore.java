// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.StoredModel.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder of pulled models. Files lie under their SHA-256, complete, read-only and never overwritten:
 *
 * <pre>
 * blobs/sha256-DIGEST        a file whose content has that digest
 * models/NAME/VARIANT.json   a model: the digests of its files
 * models/hf/ORG/REPO/VARIANT.json
 * parts/                     downloads under way
 * work/NAME/                 a checkpoint that is being converted
 * locks/
 * </pre>
 *
 * A blob takes its name only after its content has been checked, and a model only when all its blobs are there.
 */
public final class ModelStore {
    private static final String BLOB_PREFIX = "sha256-";
    private static final String RECORD_SUFFIX = ".json";

    private final Path root;

    /** @param root the store's folder; it need not exist */
    public ModelStore(Path root) {
        this.root = root.toAbsolutePath();
    }

    /** The store's folder. */
    public Path root() {
        return root;
    }

    /** Where the file of that digest lies, or would. */
    public Path blob(String sha256) {
        return root.resolve("blobs").resolve(BLOB_PREFIX + HubFile.requireDigest(sha256));
    }

    Path parts() {
        return root.resolve("parts");
    }

    /** A folder for the work on a model, for whoever holds its lock. */
    public Path workFolder(String base) {
        return root.resolve("work").resolve(folderName(base));
    }

    /**
     * Waits until no other process works on a model.
     *
     * @param waiting called before each wait
     */
    public AutoCloseable lock(String base, Runnable waiting) throws IOException {
        return lockFile("model-" + folderName(base), waiting);
    }

    StoreLock lockFile(String name, Runnable waiting) throws IOException {
        return StoreLock.acquire(root.resolve("locks").resolve(name + ".lock"), waiting);
    }

    private static String folderName(String base) {
        return base.replace(ModelName.PREFIX, "hf--").replace("/", "--");
    }

    private Path folder(String base) {
        Path models = root.resolve("models");
        return base.startsWith(ModelName.PREFIX)
                ? models.resolve("hf").resolve(ModelName.requireRepository(base.substring(ModelName.PREFIX.length())))
                : models.resolve("named").resolve(ModelName.requireId(base));
    }

    private Path record(String base, String variant) {
        return folder(base).resolve(ModelName.requireVariant(variant) + RECORD_SUFFIX);
    }

    /** The model of that name, if it is here and all its files are. */
    public Optional<StoredModel> find(String base, String variant) throws IOException {
        return read(record(base, variant)).filter(this::isComplete);
    }

    /** The variants of a model that are here, in the order of their names. */
    public List<StoredModel> variants(String base) throws IOException {
        return records(folder(base)).stream().filter(this::isComplete).toList();
    }

    /** All models that are here. */
    public List<StoredModel> list() throws IOException {
        return records(root.resolve("models")).stream().filter(this::isComplete).toList();
    }

    /** Whether all files of a model are here, at their size. */
    public boolean isComplete(StoredModel model) {
        return model.files().stream().allMatch(this::isThere);
    }

    private boolean isThere(StoredFile file) {
        try {
            return Files.size(blob(file.sha256())) == file.size();
        } catch (IOException e) {
            return false;
        }
    }

    private static List<StoredModel> records(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder, 4)) {
            paths = walk.filter(path -> path.toString().endsWith(RECORD_SUFFIX))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
        List<StoredModel> models = new ArrayList<>();
        for (Path path : paths) {
            read(path).ifPresent(models::add);
        }
        return models;
    }

    private static Optional<StoredModel> read(Path path) throws IOException {
        try {
            return Optional.of(StoredModel.parse(Files.readAllBytes(path), path.toString()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Makes a file of the same file system a blob, unless it is there already; the file is gone then.
     *
     * @param sha256 as measured
     */
    public void adopt(Path file, String sha256) throws IOException {
        Path blob = blob(sha256);
        Files.createDirectories(blob.getParent());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        boolean ignored = file.toFile().setReadOnly();
        Files.move(file, blob, StandardCopyOption.ATOMIC_MOVE);
        forceFolder(blob.getParent());
    }

    /**
     * Makes a model known.
     *
     * @throws HubException if a file of it is not in the store any more
     */
    public void commit(StoredModel model) throws IOException {
        try (StoreLock _ = lockFile("store", () -> {})) {
            if (!isComplete(model)) {
                throw new HubException(
                        Fault.DOWNLOAD, model.name() + ": another process has removed a file of it: pull it again");
            }
            Path record = record(model.base(), model.variant());
            Files.createDirectories(record.getParent());
            replace(record, model.json());
        }
    }

    /** Writes a small file in one step. */
    static void replace(Path target, byte[] content) throws IOException {
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw new FileSystemException(target.toString(), null, e.getMessage());
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not every system can: then the name may be lost with the power, and the file is fetched again.
        }
    }

    /**
     * Forgets a model and deletes those of its files that no other model has.
     *
     * @return bytes that became free
     */
    public long remove(StoredModel model) throws IOException {
        try (StoreLock _ = lockFile("store", () -> {})) {
            Path record = record(model.base(), model.variant());
            Files.deleteIfExists(record);
            deleteEmpty(record.getParent());
            Set<String> used = new HashSet<>();
            records(root.resolve("models")).forEach(other -> other.files().forEach(file -> used.add(file.sha256())));
            long freed = 0;
            for (StoredFile file : model.files()) {
                if (used.add(file.sha256()) && Files.deleteIfExists(blob(file.sha256()))) {
                    freed += file.size();
                }
            }
            return freed;
        }
    }

    private void deleteEmpty(Path folder) throws IOException {
        Path empty = folder;
        try {
            while (!empty.equals(root) && Files.deleteIfExists(empty)) {
                empty = empty.getParent();
            }
        } catch (DirectoryNotEmptyException e) {
            // Others are left.
        }
    }

    /** Deletes a blob that no model has; for the files of a checkpoint that has been converted. */
    public void discard(String sha256) throws IOException {
        try (StoreLock _ = lockFile("store", () -> {})) {
            boolean used = records(root.resolve("models")).stream()
                    .flatMap(model -> model.files().stream())
                    .anyMatch(file -> file.sha256().equals(sha256));
            if (!used) {
                Files.deleteIfExists(blob(sha256));
            }
        }
    }

    /**
     * Deletes blobs that no model has, downloads that were cut short, and checkpoints half converted.
     *
     * @return bytes that became free
     * @throws HubException if another process is at work in the store
     */
    public long removeUnused() throws IOException {
        List<StoreLock> held = new ArrayList<>();
        try {
            for (Path lock : files(root.resolve("locks"))) {
                held.add(StoreLock.acquire(lock, () -> {
                    throw new HubException(
                            Fault.REQUEST, "another myna is at work in " + root + ": try again when it has ended");
                }));
            }
            Set<Path> used = new HashSet<>();
            records(root.resolve("models"))
                    .forEach(model -> model.files().forEach(file -> used.add(blob(file.sha256()))));
            long freed = 0;
            for (String folder : List.of("blobs", "parts", "work")) {
                for (Path file : files(root.resolve(folder))) {
                    if (!used.contains(file)) {
                        freed += Files.isSymbolicLink(file) || folder.equals("work") && isBlob(file)
                                ? 0
                                : Files.size(file);
                        Files.delete(file);
                    }
                }
            }
            return freed;
        } finally {
            for (StoreLock lock : held) {
                lock.close();
            }
        }
    }

    /** Whether a file is another name of a blob, which takes no room of its own. */
    private static boolean isBlob(Path file) {
        return file.getParent().endsWith("source");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder, 4)) {
            return walk.filter(path -> !Files.isDirectory(path)).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
