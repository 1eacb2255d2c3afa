// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.StoredModel.StoredFile;
import dev.myna.loaders.io.PendingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /** @param root the store's folder; it need not exist yet */
    public ModelStore(Path root) {
        this.root = root.toAbsolutePath();
    }

    /** The store's folder. */
    public Path root() {
        return root;
    }

    /** The path of the blob with that digest, whether it exists or not. */
    public Path blob(String sha256) {
        return root.resolve("blobs").resolve(BLOB_PREFIX + HubFile.requireDigest(sha256));
    }

    Path parts() {
        return root.resolve("parts");
    }

    /** The work folder of a model; use it only with the model's lock. */
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

    /**
     * The model with that name, if it and all its files are in the store.
     *
     * @throws HubException if its record is malformed
     */
    public Optional<StoredModel> find(String base, String variant) throws IOException {
        Path path = record(base, variant);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        StoreEntry entry = StoreEntry.read(path, base, variant);
        if (entry.model().isEmpty() && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new HubException(Fault.MODEL, entry.problem().orElseThrow());
        }
        return entry.model().filter(this::isComplete);
    }

    /** The stored variants of a model, in alphabetical order. */
    public List<StoredModel> variants(String base) throws IOException {
        return complete(entries(base));
    }

    /** All stored models. */
    public List<StoredModel> list() throws IOException {
        return complete(entries());
    }

    private static List<StoredModel> complete(List<StoreEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.problem().isEmpty())
                .flatMap(entry -> entry.model().stream())
                .toList();
    }

    /** The records of all variants of a model, including unusable ones. */
    public List<StoreEntry> entries(String base) throws IOException {
        return entries(folder(base));
    }

    /** All records, including unusable ones. */
    public List<StoreEntry> entries() throws IOException {
        return entries(models());
    }

    private List<StoreEntry> entries(Path folder) throws IOException {
        List<StoreEntry> entries = new ArrayList<>();
        for (Path path : walk(folder)) {
            if (path.getFileName().toString().endsWith(RECORD_SUFFIX)) {
                StoreEntry entry = entry(path);
                if (entry.model().isEmpty() && !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                    continue; // removed in between
                }
                entries.add(entry.model().isEmpty() || isComplete(entry.model().get()) ? entry : entry.incomplete());
            }
        }
        return entries;
    }

    /** The path of a record names its model. */
    private StoreEntry entry(Path path) throws IOException {
        Path place = models().relativize(path);
        int names = place.getNameCount();
        String variant = place.getFileName().toString();
        variant = variant.substring(0, variant.length() - RECORD_SUFFIX.length());
        String base = "";
        if (names == 3 && place.startsWith("named")) {
            base = place.getName(1).toString();
        } else if (names == 4 && place.startsWith("hf")) {
            base = ModelName.PREFIX + place.getName(1) + "/" + place.getName(2);
        }
        return StoreEntry.read(path, base, variant);
    }

    private Path models() {
        return root.resolve("models");
    }

    /** Whether all files of a model are in the store, with the right sizes. */
    public boolean isComplete(StoredModel model) {
        return model.files().stream().allMatch(this::isThere);
    }

    private boolean isThere(StoredFile file) {
        try {
            Path blob = blob(file.sha256());
            return Files.isRegularFile(blob) && Files.size(blob) == file.size();
        } catch (IOException e) {
            return false;
        }
    }

    /** Digests that records other than {@code except} name, even if nothing else of a record can be read. */
    private Set<String> used(Path except) throws IOException {
        Set<String> used = new HashSet<>();
        for (StoreEntry entry : entries()) {
            if (!entry.path().equals(except)) {
                used.addAll(entry.digests());
            }
        }
        return used;
    }

    /**
     * Moves a file of the same file system into the store as a blob. If the blob exists, the file is deleted.
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
     * Writes a model's record.
     *
     * @throws HubException if one of its files is no longer in the store
     */
    public void commit(StoredModel model) throws IOException {
        try (StoreLock _ = lockFile("store", () -> {})) {
            if (!isComplete(model)) {
                throw new HubException(
                        Fault.DOWNLOAD, model.name() + ": another process has removed a file of it: pull it again");
            }
            Path record = record(model.base(), model.variant());
            Files.createDirectories(record.getParent());
            PendingFile.replace(record, model.json());
        }
    }

    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not every system supports this. Without it a power failure may lose the name; then the file is fetched
            // again.
        }
    }

    /**
     * Deletes the files of a model that no other model uses, then its record. If this is interrupted, the record remains, and
     * the rest can be removed with it.
     *
     * @return bytes freed
     */
    public long remove(StoredModel model) throws IOException {
        return remove(StoreEntry.read(record(model.base(), model.variant()), model.base(), model.variant()));
    }

    /** The same for a record that may be unusable otherwise. */
    public long remove(StoreEntry entry) throws IOException {
        try (StoreLock _ = lockFile("store", () -> {})) {
            Set<String> used = used(entry.path());
            long freed = 0;
            for (String digest : entry.digests()) {
                if (!used.contains(digest)) {
                    freed += delete(blob(digest));
                }
            }
            Files.deleteIfExists(entry.path());
            deleteEmpty(entry.path().getParent());
            return freed;
        }
    }

    private static long delete(Path blob) throws IOException {
        try {
            long size = Files.size(blob);
            return Files.deleteIfExists(blob) ? size : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private void deleteEmpty(Path folder) throws IOException {
        Path empty = folder;
        try {
            while (!empty.equals(root) && Files.deleteIfExists(empty)) {
                empty = empty.getParent();
            }
        } catch (DirectoryNotEmptyException e) {
            // Other variants remain.
        }
    }

    /** Deletes a blob that no model uses; for the files of a converted checkpoint. */
    public void discard(String sha256) throws IOException {
        try (StoreLock _ = lockFile("store", () -> {})) {
            if (!used(null).contains(sha256)) {
                Files.deleteIfExists(blob(sha256));
            }
        }
    }

    /**
     * Deletes blobs that no model uses, interrupted downloads, and unfinished conversions.
     *
     * @return bytes freed
     * @throws HubException if another process is working in the store
     */
    public long removeUnused() throws IOException {
        List<StoreLock> held = new ArrayList<>();
        try {
            for (Path lock : walk(root.resolve("locks"))) {
                held.add(StoreLock.acquire(lock, () -> {
                    throw new HubException(
                            Fault.REQUEST, "another myna is at work in " + root + ": try again when it has ended");
                }));
            }
            Set<Path> used = new HashSet<>();
            used(null).forEach(digest -> used.add(blob(digest)));
            long freed = 0;
            for (String folder : List.of("blobs", "parts", "work")) {
                for (Path file : walk(root.resolve(folder))) {
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

    /** Whether a file is a link to a blob, which takes no space of its own. */
    private static boolean isBlob(Path file) {
        return file.getParent().endsWith("source");
    }

    /**
     * All files below a folder, in order. The folder itself may be a link, for a store on two disks; links inside it are not
     * followed.
     */
    private static List<Path> walk(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        Path start = folder.toRealPath();
        try (Stream<Path> walk = Files.walk(start, 4)) {
            return walk.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> folder.resolve(start.relativize(path).toString()))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
