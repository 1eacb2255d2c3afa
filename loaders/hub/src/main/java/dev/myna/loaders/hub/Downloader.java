// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.StoredModel.Known;
import dev.myna.loaders.io.PendingFile;
import dev.myna.loaders.io.Reads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.jr.ob.JSON;

/**
 * Brings files into the store. The sources, in this order: the store itself, the cache of Hugging Face's tools, an interrupted
 * download, the network. A file enters the store only if its size and, if one is known, its digest are right.
 */
public final class Downloader implements AutoCloseable {
    private static final int MAX_NOTE_BYTES = 1 << 16;

    private final ModelStore store;
    private final HubOptions options;
    private final Network network;
    private final HfCache cache;
    private final HubClient client;

    /** Whether the network may be used. */
    public enum Network {
        ALLOWED,
        OFFLINE
    }

    /**
     * A file in the store.
     *
     * @param known how its digest is known
     * @param commit the commit id of its revision, if the server sent it
     */
    public record Fetched(String sha256, long size, Known known, Optional<String> commit) {}

    /** A downloader that fills a store. */
    public Downloader(ModelStore store, HubOptions options, Network network) {
        this.store = store;
        this.options = options;
        this.network = network;
        this.cache = new HfCache(options.environment());
        this.client = new HubClient(options);
    }

    /**
     * Lists a repository of the hub.
     *
     * @param revision a branch or a commit
     * @throws HubException if it cannot be listed
     */
    public HubRepository list(String repo, String revision) throws IOException {
        if (network == Network.OFFLINE) {
            throw new HubException(
                    Fault.DOWNLOAD, "hf:" + repo + " is not here, and --offline forbids asking the hub what it has");
        }
        return HubRepository.ask(client, options, repo, revision);
    }

    /** Bytes of a file that remain to be fetched, as far as its size is known. */
    public long missingBytes(HubFile file) throws IOException {
        if (present(file).isPresent() || cache.find(file).isPresent()) {
            return 0;
        }
        return Math.max(0, file.expectedBytes() - PartFile.arrived(store.parts(), key(file)));
    }

    /**
     * Brings a file into the store. It also fetches files without a known digest; the caller must ask the user first.
     *
     * @throws HubException if it cannot be fetched, or its size or digest is wrong
     * @throws IOException if the disk fails
     */
    public Fetched fetch(HubFile file, DownloadListener listener) throws IOException {
        try (StoreLock _ = store.lockFile(key(file), listener::waiting)) {
            Optional<Fetched> present = present(file);
            if (present.isPresent()) {
                return present.get();
            }
            Optional<Fetched> cached = fromCache(file, listener);
            if (cached.isPresent()) {
                return cached.get();
            }
            if (network == Network.OFFLINE) {
                throw new HubException(
                        Fault.DOWNLOAD,
                        file.name() + " is neither in the store nor in the Hugging Face cache, and --offline forbids"
                                + " fetching it");
            }
            return download(file, listener);
        }
    }

    /** Deletes the notes of finished downloads, once their model is in the store. */
    public void forget(HubFile file) throws IOException {
        Files.deleteIfExists(doneNote(file));
    }

    private static String key(HubFile file) {
        return file.sha256()
                .orElseGet(() -> "url-"
                        + Digests.sha256(
                                file.urls().isEmpty()
                                        ? file.name()
                                        : file.urls().getFirst().toString()));
    }

    private Path doneNote(HubFile file) {
        return store.parts().resolve(key(file) + ".done");
    }

    /** A file that is already in the store. */
    private Optional<Fetched> present(HubFile file) throws IOException {
        if (file.sha256().isPresent()) {
            Path blob = store.blob(file.sha256().get());
            return Files.isRegularFile(blob)
                    ? Optional.of(new Fetched(file.sha256().get(), Files.size(blob), known(file), Optional.empty()))
                    : Optional.empty();
        }
        try (var in = new ByteArrayInputStream(Reads.small(doneNote(file), MAX_NOTE_BYTES))) {
            JsonFields done = JsonFields.read(in, "note", MAX_NOTE_BYTES);
            Path blob = store.blob(done.string("sha256"));
            return Files.isRegularFile(blob) && Files.size(blob) == done.count("size")
                    ? Optional.of(new Fetched(
                            done.string("sha256"), done.count("size"), known(file), done.optionalString("commit")))
                    : Optional.empty();
        } catch (FileSystemException | HubException e) {
            return Optional.empty(); // there is no note, or it is damaged
        }
    }

    private static Known known(HubFile file) {
        if (!file.verifiable()) {
            return Known.measured;
        }
        return file.source() == HubFile.Source.HOST ? Known.host : Known.manifest;
    }

    private Optional<Fetched> fromCache(HubFile file, DownloadListener listener) throws IOException {
        Optional<Path> found = cache.find(file);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Path copy = store.parts().resolve("." + UUID.randomUUID() + ".cached");
        Files.createDirectories(store.parts());
        try {
            linkOrCopy(found.get(), copy);
            Fetched fetched = check(file, copy, Optional.empty(), listener);
            Files.createDirectories(store.blob(fetched.sha256()).getParent());
            note(file, fetched);
            Files.move(copy, store.blob(fetched.sha256()), StandardCopyOption.ATOMIC_MOVE);
            return Optional.of(fetched);
        } catch (HubException e) {
            return Optional.empty(); // the cached file is incomplete or another one: fetch it instead
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** Links the file under another name if the file system can, so that a model is not stored twice. */
    private static void linkOrCopy(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (FileSystemException | UnsupportedOperationException e) {
            Files.copy(from, to);
        }
    }

    private Fetched download(HubFile file, DownloadListener listener) throws IOException {
        try (PartFile part = PartFile.open(store.parts(), key(file))) {
            boolean again = part.resumed();
            while (true) {
                Transfer transfer = new Transfer(
                        client, options, file, part, done -> listener.arrived(done, Math.max(0, part.size())));
                transfer.run();
                Fetched fetched;
                try {
                    fetched = check(file, part.path(), transfer.commit(), listener);
                } catch (HubException e) {
                    part.reset();
                    if (!again) {
                        throw e;
                    }
                    again = false; // the bytes of an earlier run may be wrong: start again, once
                    continue;
                }
                note(file, fetched);
                store.adopt(part.path(), fetched.sha256());
                part.delete();
                return fetched;
            }
        } catch (HubException e) {
            if (e.fault() == Fault.CHECKSUM) {
                dropPart(file);
            }
            throw e;
        }
    }

    private void dropPart(HubFile file) throws IOException {
        Files.deleteIfExists(store.parts().resolve(key(file) + ".part"));
        Files.deleteIfExists(store.parts().resolve(key(file) + ".json"));
    }

    /** Compares size, digest and first bytes with the expected ones. */
    private static Fetched check(HubFile file, Path content, Optional<String> commit, DownloadListener listener)
            throws IOException {
        long size = Files.size(content);
        new Expected(file).check(size);
        String sha256 = Digests.sha256(content, done -> listener.checked(done, size));
        if (file.sha256().isPresent() && !file.sha256().get().equals(sha256)) {
            throw new HubException(
                    Fault.CHECKSUM,
                    file.name() + ": the SHA-256 is " + sha256 + ", not "
                            + file.sha256().get() + ": the file was thrown away");
        }
        if (file.gitBlob().isPresent() && !file.gitBlob().get().equals(Digests.gitBlob(content))) {
            throw new HubException(
                    Fault.CHECKSUM, file.name() + ": not the file that the hub lists: it was thrown away");
        }
        if (file.name().endsWith(".gguf") && !startsWithGguf(content)) {
            throw new HubException(Fault.CHECKSUM, file.name() + ": not a GGUF file: it was thrown away");
        }
        return new Fetched(sha256, size, known(file), commit);
    }

    private static boolean startsWithGguf(Path content) throws IOException {
        try (var in = Files.newInputStream(content)) {
            return new String(in.readNBytes(4), StandardCharsets.ISO_8859_1).equals("GGUF");
        }
    }

    /** Saves a measured digest, so that a later run recognizes the file. */
    private void note(HubFile file, Fetched fetched) throws IOException {
        if (file.sha256().isPresent()) {
            return;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("sha256", fetched.sha256());
        map.put("size", fetched.size());
        fetched.commit().ifPresent(commit -> map.put("commit", commit));
        PendingFile.replace(doneNote(file), JSON.std.asBytes(map));
    }

    @Override
    public void close() {
        client.close();
    }
}
