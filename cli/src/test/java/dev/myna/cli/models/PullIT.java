// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.Jar;
import dev.myna.cli.TestImages;
import dev.myna.cli.launch.Relauncher;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.loaders.hub.Digests;
import dev.myna.loaders.hub.ModelStore;
import dev.myna.loaders.hub.StoredModel;
import dev.myna.loaders.hub.StoredModel.StoredFile;
import dev.myna.testing.Thorough;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Pulling as people do it, in a process of its own that may be ended at any moment. */
@DisabledOnOs(OS.WINDOWS)
class PullIT {
    private static final String NAME = "hf:org/palo-tiny:q8_0";

    @TempDir
    Path folder;

    private Path checkpoint;

    @BeforeEach
    void checkpoint() throws IOException {
        checkpoint = TinyCheckpoint.palo().write(folder.resolve("checkpoint"));
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    private ModelStore store() {
        return new ModelStore(cache().resolve("models"));
    }

    /** With the flags that it would add by starting Java again. */
    private Jar myna(TestHub hub, String... args) {
        List<String> flags = new ArrayList<>(Relauncher.FLAGS);
        flags.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        return new Jar(Jar.currentJava(), flags, args)
                .env(Map.of(
                        "MYNA_CACHE", cache().toString(),
                        "MYNA_MIRROR", hub.address(),
                        "HF_HUB_CACHE", folder.resolve("none").toString(),
                        "LC_ALL", "C.UTF-8"));
    }

    /** The whole chain: one command for the model, one for the answer. */
    @Test
    void fromACheckpointToAnAnswer() throws IOException, InterruptedException {
        try (TestHub hub = TestHub.of("org/palo-tiny", checkpoint)) {
            Captured pulled = myna(hub, "pull", NAME).run();
            assertEquals(ExitCode.OK, pulled.code(), pulled.err());
            assertEquals(NAME + "\n", pulled.out());
            Captured answer = myna(
                            hub,
                            "run",
                            "-m",
                            NAME,
                            "--image",
                            TestImages.png(folder.resolve("a.png"), 30, 20).toString(),
                            "-p",
                            "A",
                            "-n",
                            "2")
                    .run();
            assertEquals(ExitCode.OK, answer.code(), answer.err());
        }
    }

    /** D-07 with processes: the second one waits for the first. */
    @Test
    void twoPullsAtOnceShareOneDownload() throws Exception {
        try (TestHub hub = TestHub.of("org/palo-tiny", checkpoint).slow(500)) {
            CompletableFuture<Captured> first = CompletableFuture.supplyAsync(() -> run(hub));
            CompletableFuture<Captured> second = CompletableFuture.supplyAsync(() -> run(hub));
            for (Captured result : List.of(first.get(), second.get())) {
                assertEquals(ExitCode.OK, result.code(), result.err());
            }
            assertEquals(1, store().list().size());
            long weights = hub.requests().stream()
                    .filter(request -> request.path().endsWith("model.safetensors"))
                    .count();
            assertEquals(1, weights);
        }
    }

    private Captured run(TestHub hub) {
        try {
            return myna(hub, "pull", NAME).run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ctrl-C ends it with 130, and what has arrived is kept. */
    @Test
    void interruptionKeepsWhatHasArrived() throws Exception {
        try (TestHub hub = TestHub.of("org/palo-tiny", checkpoint).slow(20)) {
            Process process = myna(hub, "pull", NAME).interruptible().start();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            // A small file may be complete, and be noted so, just before.
            String weights = "\"size\":" + hub.content("model.safetensors").length + ",";
            while (!hasNotedPart(weights) && System.nanoTime() < deadline) {
                Thread.sleep(20);
            }
            Jar.interrupt(process);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            String err = Jar.text(process.getErrorStream());
            assertEquals(ExitCode.INTERRUPTED, process.exitValue(), err);
            assertTrue(hasNotedPart(weights), err);
            Captured rest = myna(hub.slow(Integer.MAX_VALUE), "pull", NAME).run();
            assertEquals(ExitCode.OK, rest.code(), rest.err());
            assertTrue(hub.requests().stream()
                    .anyMatch(request -> request.path().endsWith("model.safetensors") && request.from() > 0));
        }
    }

    /** Whether some bytes of a file of this size have arrived and are noted. */
    private boolean hasNotedPart(String size) throws IOException {
        Path parts = cache().resolve("models/parts");
        if (!Files.exists(parts)) {
            return false;
        }
        try (Stream<Path> files = Files.list(parts)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                String note = Files.readString(file);
                if (note.contains(size) && note.matches("(?s).*\"done\":\\[[^\\]]*[1-9].*")) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * D-06: killed at random moments, with no chance to clean up. Whatever is in the store afterwards is right, and the next run
     * that is left alone ends with the right bytes. {@code -Dmyna.kills=200 -Dmyna.seed=N} makes it long.
     */
    @Thorough
    @Test
    void killedAtAnyPoint() throws Exception {
        int kills = Integer.getInteger("myna.kills", Thorough.Times.of(3, 6));
        long seed = Long.getLong("myna.seed", 10);
        System.out.println("killing " + kills + " times, seed " + seed);
        Random random = new Random(seed);
        try (TestHub hub = TestHub.of("org/palo-tiny", checkpoint).slow(700)) {
            long start = System.nanoTime();
            Captured reference = myna(hub, "pull", NAME).run();
            long nanos = System.nanoTime() - start;
            assertEquals(ExitCode.OK, reference.code(), reference.err());
            List<StoredFile> right =
                    store().find("hf:org/palo-tiny", "q8_0").orElseThrow().files();
            deleteAll(cache());
            int unfinished = 0;
            for (int kill = 1; kill <= kills; kill++) {
                Process process = myna(hub, "pull", NAME).start();
                // The pipes are large enough for what it says.
                long delay = (long) (nanos * (0.1 + 0.8 * random.nextDouble()));
                boolean ended = process.waitFor(delay, TimeUnit.NANOSECONDS);
                process.destroyForcibly().waitFor();
                assertTrue(!ended || process.exitValue() == ExitCode.OK, () -> Jar.text(process.getErrorStream()));
                unfinished += ended ? 0 : 1;
                checkStore(right);
                if (kill % 5 == 0 || kill == kills) {
                    Captured rest = myna(hub, "pull", NAME).run();
                    assertEquals(ExitCode.OK, rest.code(), rest.err());
                    assertEquals(
                            right,
                            store().find("hf:org/palo-tiny", "q8_0")
                                    .orElseThrow()
                                    .files());
                    checkStore(right);
                    deleteAll(cache());
                } else if (ended) {
                    deleteAll(cache());
                }
            }
            System.out.println(unfinished + " of " + kills + " were killed before their end");
            assertTrue(kills < 20 || unfinished > kills / 4, "too few were killed: has the machine become faster?");
        }
    }

    /** Every blob has the digest that is its name, and a model that is there is the right one. */
    private void checkStore(List<StoredFile> right) throws IOException {
        Path blobs = cache().resolve("models/blobs");
        if (Files.exists(blobs)) {
            try (Stream<Path> files = Files.list(blobs)) {
                for (Path blob : files.toList()) {
                    assertEquals(blob.getFileName().toString(), "sha256-" + Digests.sha256(blob, done -> {}));
                }
            }
        }
        Optional<StoredModel> model = store().find("hf:org/palo-tiny", "q8_0");
        model.ifPresent(found -> assertEquals(right, found.files()));
    }

    private static void deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
