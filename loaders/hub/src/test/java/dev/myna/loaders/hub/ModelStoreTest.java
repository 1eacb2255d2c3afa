// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import static dev.myna.loaders.hub.Fetching.random;
import static dev.myna.loaders.hub.Fetching.sha256;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.hub.HubFile.Role;
import dev.myna.loaders.hub.StoredModel.Known;
import dev.myna.loaders.hub.StoredModel.StoredFile;
import dev.myna.testing.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelStoreTest {
    @TempDir
    Path folder;

    private ModelStore store;

    @BeforeEach
    void store() {
        store = new ModelStore(folder);
    }

    private StoredFile put(Role role, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("incoming"), content);
        store.adopt(file, sha256(content));
        return new StoredFile(role, role + ".gguf", content.length, sha256(content), Known.manifest);
    }

    private static StoredModel model(String base, String variant, StoredFile... files) {
        return new StoredModel(base, variant, "Model", "somewhere", "none", "now", List.of(files));
    }

    @Test
    void modelsAreFoundByName() throws IOException {
        StoredFile decoder = put(Role.decoder, random(100, 1));
        StoredModel palo = model("palo-7b", "q4_k_m", decoder);
        StoredModel other = model("hf:org/repo", "q8_0", decoder);
        store.commit(palo);
        store.commit(other);
        assertEquals(Optional.of(palo), store.find("palo-7b", "q4_k_m"));
        assertEquals(List.of(other), store.variants("hf:org/repo"));
        assertEquals(Optional.empty(), store.find("palo-7b", "q8_0"));
        assertEquals(2, store.list().size());
    }

    /** A shared file is deleted with the last model that uses it. */
    @Test
    void sharedFilesAreKept() throws IOException {
        StoredFile vision = put(Role.mmproj, random(50, 2));
        StoredModel small = model("palo-7b", "q4_k_m", put(Role.decoder, random(100, 1)), vision);
        StoredModel large = model("palo-7b", "q8_0", put(Role.decoder, random(200, 3)), vision);
        store.commit(small);
        store.commit(large);
        assertEquals(100, store.remove(small));
        assertTrue(store.isComplete(large));
        store.discard(vision.sha256());
        assertTrue(store.isComplete(large));
        assertEquals(250, store.remove(large));
        assertEquals(List.of(), store.list());
        assertFalse(Files.exists(folder.resolve("models")));
    }

    /** A model without all of its files is not found. */
    @Test
    void incompleteModelsAreNotFound() throws IOException {
        StoredFile decoder = put(Role.decoder, random(100, 1));
        StoredModel palo = model("palo-7b", "q4_k_m", decoder);
        store.commit(palo);
        Path blob = store.blob(decoder.sha256());
        Files.delete(blob);
        assertEquals(Optional.empty(), store.find("palo-7b", "q4_k_m"));
        Files.write(blob, new byte[99]);
        assertEquals(List.of(), store.list());
        assertThrows(HubException.class, () -> store.commit(palo));
    }

    @Test
    void unusedFilesAreDeletedUnlessTheStoreIsInUse() throws Exception {
        StoredFile decoder = put(Role.decoder, random(100, 1));
        store.commit(model("palo-7b", "q4_k_m", decoder));
        put(Role.weights, random(70, 5));
        Files.write(Files.createDirectories(folder.resolve("parts")).resolve("x.part"), new byte[30]);
        try (AutoCloseable _ = store.lock("palo-13b", () -> {})) {
            HubException e = assertThrows(HubException.class, store::removeUnused);
            assertTrue(e.getMessage().contains("another myna is at work"), e.getMessage());
        }
        assertEquals(100, store.removeUnused());
        assertEquals(1, store.list().size());
    }

    /** Users may damage records. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "[]",
                "{\"base\":\"palo-7b\",\"variant\":\"q\",\"title\":\"\",\"source\":\"\",\"terms\":\"\",\"pulled\":\"\",\"files\":[{}]}",
                "{\"base\":\"palo-7b\",\"variant\":\"q\",\"title\":\"\",\"source\":\"\",\"terms\":\"\",\"pulled\":\"\",\"files\":"
                        + "[{\"role\":\"decoder\",\"name\":\"../../x\",\"size\":1,\"sha256\":\"" + "0"
                        + "\",\"known\":\"made\"}]}",
                "{\"base\":\"palo-7b\",\"variant\":\"q\",\"title\":\"\",\"source\":\"\",\"terms\":\"\",\"pulled\":\"\",\"files\":"
                        + "[{\"role\":\"king\",\"name\":\"x\",\"size\":1,\"sha256\":\"x\",\"known\":\"made\"}]}"
            })
    void damagedRecordsAreErrors(String json) throws IOException {
        Path record = folder.resolve("models/named/palo-7b/q.json");
        Files.createDirectories(record.getParent());
        Files.write(record, json.getBytes(StandardCharsets.UTF_8));
        HubException e = assertThrows(HubException.class, () -> store.find("palo-7b", "q"));
        assertEquals(1, e.getMessage().lines().count());
    }

    /** A bad record is reported, does not affect others, and can be removed by name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "{\"base\":\"palo-7b\",\"variant\":\"other\",\"title\":\"\",\"source\":\"\",\"terms\":\"\",\"pulled\":\"\",\"files\":[]}",
                "{\"base\":\"\u202e\\u001b[2J\"}",
                "{\"files\":1e-999999999}"
            })
    void aDamagedRecordHarmsNoOther(String json) throws IOException {
        StoredModel good = model("palo-13b", "q8_0", put(Role.decoder, random(100, 1)));
        store.commit(good);
        Path record = folder.resolve("models/named/palo-7b/q.json");
        Files.createDirectories(record.getParent());
        Files.writeString(record, json);
        Path stray = Files.writeString(folder.resolve("models/stray.json"), "{}");
        assertEquals(List.of(good), store.list());
        assertEquals(List.of(), store.variants("palo-7b"));
        List<StoreEntry> bad = store.entries().stream()
                .filter(entry -> entry.problem().isPresent())
                .toList();
        assertEquals(2, bad.size());
        for (StoreEntry entry : bad) {
            String problem = entry.problem().orElseThrow();
            assertEquals(1, problem.lines().count(), problem);
            assertTrue(problem.chars().noneMatch(c -> Character.isISOControl(c) || c == 0x202E), problem);
        }
        assertTrue(bad.getFirst().problem().orElseThrow().contains("myna rm palo-7b:q removes it"));
        assertTrue(bad.getLast().problem().orElseThrow().contains("stray.json: the record is damaged"));
        Files.delete(stray);
        assertEquals(0, store.remove(store.entries("palo-7b").getFirst()));
        assertFalse(Files.exists(record));
        assertEquals(100, store.remove(good));
    }

    /** Files that a damaged record may need are kept. */
    @Test
    void filesOfADamagedRecordAreKept() throws IOException {
        StoredFile shared = put(Role.mmproj, random(50, 2));
        StoredModel good = model("palo-7b", "q8_0", put(Role.decoder, random(100, 1)), shared);
        store.commit(good);
        Path record = folder.resolve("models/named/palo-13b/q.json");
        Files.createDirectories(record.getParent());
        Files.writeString(record, "{ cut short after \"" + shared.sha256() + "\"");
        assertEquals(100, store.remove(good));
        assertEquals(0, store.removeUnused());
        assertTrue(Files.exists(store.blob(shared.sha256())));
        assertEquals(50, store.remove(store.entries("palo-13b").getFirst()));
        assertFalse(Files.exists(store.blob(shared.sha256())));
    }

    /** A removal is interrupted after some files: the record still names the others. */
    @Test
    void interruptedRemovalCanBeCompleted() throws IOException {
        StoredModel palo = model("palo-7b", "q8_0", put(Role.decoder, random(100, 1)), put(Role.mmproj, random(50, 2)));
        store.commit(palo);
        Files.delete(store.blob(palo.decoder().sha256()));
        assertEquals(List.of(), store.list());
        StoreEntry left = store.entries("palo-7b").getFirst();
        assertTrue(left.problem().orElseThrow().contains("palo-7b:q8_0 lacks files"), left.toString());
        assertEquals(50, store.remove(left));
        assertFalse(Files.exists(folder.resolve("models")));
    }

    /** The record is deleted last: until then it names the remaining files. */
    @Test
    void recordIsDeletedLast() throws IOException {
        StoredModel palo = model("palo-7b", "q8_0", put(Role.decoder, random(100, 1)), put(Role.mmproj, random(50, 2)));
        store.commit(palo);
        Path second = store.blob(palo.files().getLast().sha256());
        Files.delete(second);
        Files.createDirectories(second.resolve("in the way")); // a folder with content cannot be deleted
        assertThrows(IOException.class, () -> store.remove(palo));
        assertEquals(1, store.entries("palo-7b").size());
    }

    @Test
    void recordsThatAreNotFilesAreNamed() throws Exception {
        Path record = folder.resolve("models/named/palo-7b/q.json");
        Files.createDirectories(record.getParent());
        Files.createSymbolicLink(record, Path.of("q.json"));
        assertTrue(store.entries().getFirst().problem().orElseThrow().contains("damaged"));
        Files.delete(record);
        pipe(record);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertTrue(
                        store.entries().getFirst().problem().orElseThrow().contains("is no regular file")));
        Path lock = folder.resolve("locks/store.lock");
        Files.createDirectories(lock.getParent());
        pipe(lock);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThrows(
                        java.nio.file.FileSystemException.class,
                        () -> store.remove(store.entries().getFirst())));
    }

    private static void pipe(Path path) throws Exception {
        try {
            assertEquals(
                    0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
        } catch (IOException e) {
            Machine.assume(false, "it has no mkfifo");
        }
    }

    /** A store on two disks. */
    @Test
    void foldersOfTheStoreMayBeLinks(@TempDir Path disk) throws IOException {
        for (String name : List.of("models", "blobs")) {
            Files.createDirectories(disk.resolve(name));
            Files.createSymbolicLink(folder.resolve(name), disk.resolve(name));
        }
        StoredModel palo = model("palo-7b", "q8_0", put(Role.decoder, random(100, 1)));
        store.commit(palo);
        put(Role.weights, random(70, 5));
        assertEquals(List.of(palo), store.list());
        assertEquals(70, store.removeUnused());
        assertEquals(List.of(palo), store.list());
        assertEquals(100, store.remove(palo));
    }

    /** A download resumes only its own regular file, not a link or a pipe. */
    @Test
    void partsThatAreNotFilesAreRefused() throws Exception {
        Path parts = Files.createDirectories(folder.resolve("parts"));
        Path precious = Files.writeString(folder.resolve("precious"), "precious");
        Files.createSymbolicLink(parts.resolve("link.part"), precious);
        pipe(parts.resolve("pipe.part"));
        pipe(parts.resolve("note.json"));
        Files.createDirectory(parts.resolve("folder.part"));
        for (String key : List.of("link", "pipe", "note", "folder")) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                java.nio.file.FileSystemException refusal =
                        assertThrows(java.nio.file.FileSystemException.class, () -> PartFile.open(parts, key));
                assertTrue(refusal.getReason().contains("is no file that a download could go on with"), key);
                assertEquals(0, PartFile.arrived(parts, key));
            });
        }
        assertEquals("precious", Files.readString(precious));
    }

    /** If the cache of other tools is damaged, the file is fetched. */
    @Test
    void linkCyclesInACacheAreIgnored() throws Exception {
        Path model = Files.createDirectories(folder.resolve("hub/models--org--repo"));
        Files.createSymbolicLink(model.resolve("snapshots"), Path.of("snapshots"));
        Files.createDirectories(model.resolve("refs"));
        pipe(model.resolve("refs/main"));
        HubFile file = new HubFile(
                Role.decoder,
                "a.gguf",
                java.util.OptionalLong.empty(),
                java.util.OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(java.net.URI.create("https://huggingface.co/org/repo/resolve/main/a.gguf")),
                HubFile.Source.HOST);
        HfCache cache = new HfCache(
                java.util.Map.of("HF_HUB_CACHE", folder.resolve("hub").toString()));
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertEquals(Optional.empty(), cache.find(file)));
    }
}
