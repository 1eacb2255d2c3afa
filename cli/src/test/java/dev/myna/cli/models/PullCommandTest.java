// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.TestImages;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Output;
import dev.myna.loaders.hub.HubFile;
import dev.myna.loaders.hub.ModelStore;
import dev.myna.loaders.hub.StoredModel;
import dev.myna.models.ModelManifests;
import dev.myna.testing.TinyCheckpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullCommandTest {
    private static final String NAME = "hf:org/palo-tiny";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void environment() {
        environment.put("MYNA_CACHE", folder.resolve("cache").toString());
        environment.put("HF_HUB_CACHE", folder.resolve("hf").toString());
    }

    private Captured myna(String... args) {
        return Captured.runIn(environment, new byte[0], args);
    }

    private Captured ok(String... args) {
        Captured result = myna(args);
        assertEquals(ExitCode.OK, result.code(), result.err());
        return result;
    }

    private void fails(int code, String message, String... args) {
        Captured result = myna(args);
        assertEquals(code, result.code(), result.err());
        assertTrue(result.err().contains(message), result.err());
        assertEquals("", result.out());
    }

    private ModelStore store() {
        return new ModelStore(folder.resolve("cache/models"));
    }

    private TestHub hub() throws IOException {
        TestHub hub = TestHub.of("org/palo-tiny", TinyCheckpoint.palo().write(folder.resolve("checkpoint")));
        environment.put("MYNA_MIRROR", hub.address());
        return hub;
    }

    private String image() throws IOException {
        return TestImages.png(folder.resolve("a.png"), 30, 20).toString();
    }

    private List<String> blobs() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("cache/models/blobs"))) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    /** One command from a published checkpoint to a model that answers; the bytes are those of convert and quantize. */
    @Test
    void aCheckpointBecomesAModelThatAnswers() throws IOException {
        try (TestHub _ = hub()) {
            Captured pulled = ok("pull", NAME + ":q4_k_m");
            assertEquals(NAME + ":q4_k_m\n", pulled.out());
            for (String stage : List.of("apache-2.0", "free", "converting: PALO", "next: myna run -m " + NAME)) {
                assertTrue(pulled.err().contains(stage), pulled.err());
            }
            Captured answer = ok("run", "-m", NAME, "--image", image(), "-p", "A", "-n", "2");
            assertFalse(answer.err().contains("for images"), answer.err());

            Path out = folder.resolve("by-hand");
            ok("convert", folder.resolve("checkpoint").toString(), "-o", out.toString(), "--name", "palo-tiny");
            ok(
                    "quantize",
                    out.resolve("palo-tiny-f16.gguf").toString(),
                    out.resolve("q.gguf").toString(),
                    "q4_k_m");
            StoredModel model = store().find(NAME, "q4_k_m").orElseThrow();
            assertArrayEquals(
                    Files.readAllBytes(out.resolve("q.gguf")),
                    Files.readAllBytes(store().blob(model.decoder().sha256())));
            assertEquals(2, blobs().size(), "the checkpoint is gone, the pair is left: " + blobs());
            ok("verify", NAME);
            ok("run", NAME, "-p", "A", "-n", "1");
            ok("run", "-hf", "org/palo-tiny:q4_k_m", "-p", "A", "-n", "1");
            fails(ExitCode.USAGE, "two models are given", "run", NAME, "-m", "nano", "-p", "A");
            assertEquals(
                    2,
                    ok("inspect", NAME)
                            .out()
                            .lines()
                            .filter(line -> line.startsWith("file"))
                            .count());
            assertFalse(ok("tokenize", "-m", NAME, "--ids", "ab").out().isBlank());
        }
    }

    @Test
    void anotherVariantComesFromTheCheckpointThatWasKept() throws IOException {
        try (TestHub hub = hub()) {
            ok("pull", NAME + ":q8_0", "--keep-source");
            int requests = hub.requests().size();
            ok("pull", NAME + ":f16");
            assertEquals(requests + 1, hub.requests().size(), "only the list is asked for");
            fails(ExitCode.USAGE, "several variants of " + NAME, "run", "-m", NAME, "-p", "a");
            assertEquals(2, ok("list").out().lines().count());
            assertTrue(ok("rm", NAME).out().contains(NAME + ":q8_0 removed"));
            assertEquals(List.of(), blobs());
        }
    }

    /** Every stage that is complete is kept, wherever a run ended. */
    @Test
    void interruptedPullResumes() throws IOException {
        try (TestHub hub = hub()) {
            ok("pull", NAME + ":q8_0", "--keep-source");
            // As if it had been ended after the first of the two files was converted.
            StoredModel model = store().find(NAME, "q8_0").orElseThrow();
            byte[] vision = Files.readAllBytes(
                    store().blob(model.file(HubFile.Role.mmproj).orElseThrow().sha256()));
            ok("rm", NAME);
            Path out = Files.createDirectories(store().workFolder(NAME).resolve("out"));
            Files.write(out.resolve("palo-tiny-mmproj-f16.gguf"), vision);
            Files.writeString(store().workFolder(NAME).resolve("inputs"), inputs(hub));
            Files.writeString(out.resolve(".palo-tiny-q8_0.gguf.x.part"), "left behind");
            Captured again = ok("pull", NAME + ":q8_0");
            assertTrue(again.err().contains("palo-tiny-mmproj-f16.gguf is complete: kept"), again.err());
            assertFalse(Files.exists(out));
            assertEquals(model.files(), store().find(NAME, "q8_0").orElseThrow().files());
            assertTrue(hub.requests().size() > 3);
        }
    }

    /** What the converter notes of the files that it works on. */
    private static String inputs(TestHub hub) {
        StringBuilder inputs = new StringBuilder();
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.model", "tokenizer_config.json")) {
            if (hub.content(name) != null) {
                inputs.append(name + " " + TestHub.digest("SHA-256", hub.content(name)) + "\n");
            }
        }
        return inputs.toString();
    }

    /** Another revision has the same names and shapes: what was made of the first one is not taken for the second. */
    @Test
    void changedSourcesAreConvertedAgain() throws IOException {
        try (TestHub hub = hub()) {
            ok("pull", NAME + ":q8_0");
            StoredModel model = store().find(NAME, "q8_0").orElseThrow();
            ok("rm", NAME);
            Path out = Files.createDirectories(store().workFolder(NAME).resolve("out"));
            ok("convert", folder.resolve("checkpoint").toString(), "-o", out.toString(), "--name", "palo-tiny");
            Files.writeString(
                    store().workFolder(NAME).resolve("inputs"), inputs(hub).replace("a", "b"));
            Captured again = ok("pull", NAME + ":q8_0");
            assertFalse(again.err().contains("is complete: kept"), again.err());
            assertEquals(model.files(), store().find(NAME, "q8_0").orElseThrow().files());
        }
    }

    @Test
    void aReadyPairIsOneModel() throws IOException {
        Path made = folder.resolve("made");
        Path source = TinyCheckpoint.palo().write(folder.resolve("source"));
        ok("convert", source.toString(), "-o", made.toString(), "--type", "q8_0", "--name", "tiny");
        try (TestHub hub = TestHub.of("org/tiny-gguf", made)) {
            hub.put("tiny-q4_0.gguf", hub.content("tiny-q8_0.gguf")).put("README.md", new byte[3]);
            environment.put("MYNA_MIRROR", hub.address());
            ok("pull", "hf:org/tiny-gguf:Q8_0");
            assertTrue(ok("run", "-m", "hf:org/tiny-gguf:q8_0", "--image", image(), "-p", "A", "-n", "2")
                    .err()
                    .contains("prompt"));
            String shown = ok("show", "hf:org/tiny-gguf").out();
            assertTrue(shown.contains("host sha256"), shown);
            fails(ExitCode.USAGE, "it has tiny-q4_0.gguf, tiny-q8_0.gguf", "pull", "hf:org/tiny-gguf:q6_k");
        }
    }

    /** A file that the cache of Hugging Face's tools has is not fetched, a damaged one is. */
    @Test
    void theHuggingFaceCacheIsUsed() throws IOException {
        try (TestHub hub = hub()) {
            Path snapshot =
                    Files.createDirectories(folder.resolve("hf/models--org--palo-tiny/snapshots/" + TestHub.COMMIT));
            for (String name : List.of("model.safetensors", "config.json")) {
                Files.write(snapshot.resolve(name), hub.content(name));
            }
            Files.write(snapshot.resolve("tokenizer.model"), new byte[] {1, 2, 3});
            ok("pull", NAME + ":q8_0");
            List<String> asked = hub.requests().stream()
                    .map(request -> request.path().replaceFirst(".*/", ""))
                    .toList();
            assertFalse(asked.contains("model.safetensors"), asked.toString());
            assertTrue(asked.contains("tokenizer.model"), asked.toString());
            assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(snapshot.resolve("tokenizer.model")));
            assertTrue(Files.isWritable(snapshot.resolve("config.json")));
        }
    }

    @Test
    void ownManifestsCanLackDigests() throws IOException {
        try (TestHub hub = hub()) {
            Path manifest = folder.resolve("own.json");
            Files.writeString(manifest, ownManifest(hub, true));
            fails(ExitCode.USAGE, "read the terms above, and add --accept-license", "pull", manifest.toString());
            ok("pull", manifest.toString(), "--accept-license");
            assertTrue(ok("show", "own").out().contains("own:q8_0"));
            ok("run", "-m", "own", "-p", "a", "-n", "1");
            ok("rm", "own");

            Files.writeString(manifest, ownManifest(hub, false));
            fails(ExitCode.USAGE, "add --allow-unverified", "pull", manifest.toString(), "--accept-license");
            Captured taken = ok("pull", manifest.toString(), "--accept-license", "--allow-unverified");
            assertTrue(taken.err().contains("not published for 3 of 3 files: not checked"), taken.err());
            ok("run", "-m", "own:q8_0", "-p", "a", "-n", "1");
        }
    }

    private static String ownManifest(TestHub hub, boolean digests) throws IOException {
        StringBuilder files = new StringBuilder();
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.model")) {
            byte[] content = hub.content(name);
            files.append(files.isEmpty() ? "" : ",")
                    .append("{\"role\":\"weights\",\"name\":\"" + name + "\",\"size\":" + content.length
                            + ",\"sha256\":"
                            + (digests ? '"' + TestHub.digest("SHA-256", content) + '"' : "null")
                            + ",\"urls\":[\"https://huggingface.co/org/palo-tiny/resolve/main/" + name + "\"]}");
        }
        try (var in = ModelManifests.open("palo-7b")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            int begin = text.indexOf("\"checkpoint\"");
            int end = text.indexOf("\"variants\"");
            return text.substring(0, begin).replace("\"id\": \"palo-7b\"", "\"id\": \"own\"")
                    + "\"checkpoint\":{\"files\":[" + files + "]},"
                    + text.substring(end)
                            .replace("\"q4_k_m\"", "\"q8_0x\"")
                            .replace("\"type\": \"q8_0x\"", "\"type\": \"q8_0\"")
                            .replace("\"name\": \"q8_0\"", "\"name\": \"other\"")
                            .replace("q8_0x", "q8_0");
        }
    }

    /** What a file says of its licence is shown on one line, and reaches no terminal as commands or in another direction. */
    @Test
    void textsOfManifestsArePrintable() throws IOException {
        try (TestHub hub = hub()) {
            Path manifest = folder.resolve("own.json");
            String text = ownManifest(hub, true);
            String name = "\\u001b[2J\\u202Etxt.exe\\n" + "x".repeat(3000);
            Files.writeString(
                    manifest,
                    text.replaceFirst("\"spdx\": *\"[^\"]*\"", "\"spdx\": \"" + name.replace("\\", "\\\\") + "\""));
            Captured refused = myna("pull", manifest.toString());
            assertEquals(ExitCode.USAGE, refused.code(), refused.err());
            assertTrue(refused.err().contains("weights: \\u{1b}[2J\\u{202e}txt.exe\\u{a}xxx"), refused.err());
            assertTrue(refused.err().lines().allMatch(line -> line.length() < 1200), refused.err());
            assertTrue(refused.err().chars().noneMatch(c -> c == 0x1B || c == 0x202E), refused.err());
            Files.writeString(manifest, text.replace("\"visionType\": \"f16\"", "\"visionType\": \"f17\""));
            fails(ExitCode.MODEL, "visionType \"f17\" is no type of myna convert", "pull", manifest.toString());
        }
    }

    /** One damaged record is named; the others are listed, run and removed, and so is it. */
    @Test
    void damagedRecordDoesNotAffectOthers() throws IOException {
        try (TestHub _ = hub()) {
            ok("pull", NAME + ":q8_0");
            Path records = folder.resolve("cache/models/models");
            Path bad = Files.createDirectories(records.resolve("named/palo-7b")).resolve("q4_k_m.json");
            Files.writeString(bad, "{\"base\":1e-999999999");
            Captured listed = ok("list");
            assertTrue(listed.out().startsWith(NAME + ":q8_0 "), listed.out());
            assertEquals(1, listed.out().lines().count());
            assertTrue(listed.err().contains("q4_k_m.json: the record is damaged"), listed.err());
            assertTrue(listed.err().contains("myna rm palo-7b:q4_k_m removes it"), listed.err());
            assertEquals(1, listed.err().lines().count());
            ok("show", NAME);
            ok("run", "-m", NAME, "-p", "a", "-n", "1");
            fails(ExitCode.MODEL, "the record is damaged", "run", "-m", "palo-7b", "-p", "a");
            ok("rm", NAME);
            assertTrue(ok("rm", "palo-7b").out().contains("palo-7b:q4_k_m removed"));
            assertFalse(Files.exists(records));
        }
    }

    /** At a terminal people are asked, and whoever says no, or nothing, has fetched nothing. */
    @Test
    void pullAsksAtATerminal() throws IOException {
        try (TestHub hub = hub()) {
            for (String no : List.of("n\n", "\n", "")) {
                Captured refused = atTerminal(no);
                assertEquals(ExitCode.USAGE, refused.code(), refused.err());
                assertTrue(refused.err().contains("Accept the terms and continue? [y/N] "), refused.err());
                assertTrue(refused.err().contains("nothing was downloaded"), refused.err());
            }
            assertEquals(3, hub.requests().size(), "the list, three times");
            assertEquals(ExitCode.OK, atTerminal("y\n").code());
        }
    }

    private Captured atTerminal(String typed) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                new Output(out, false),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                true,
                false);
        int code = Captured.runOn(console, environment, "pull", NAME + ":q8_0");
        return new Captured(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void offlineSendsNoRequest() throws IOException {
        try (TestHub hub = hub()) {
            fails(ExitCode.DOWNLOAD, "--offline", "pull", NAME, "--offline");
            fails(ExitCode.DOWNLOAD, "--offline", "pull", "mobilevlm-1.7b", "--offline");
            assertEquals(0, hub.requests().size());
            ok("pull", NAME + ":q8_0");
            int requests = hub.requests().size();
            ok("pull", NAME + ":q8_0", "--offline");
            assertEquals(requests, hub.requests().size());
        }
    }

    @Test
    void unknownModelNamesAreReported() {
        fails(ExitCode.MODEL, "is not installed: run myna pull palo-7b", "run", "-m", "palo-7b", "-p", "a");
        fails(ExitCode.MODEL, "myna pull hf:org/x:q8_0", "chat", "-m", "hf:org/x:q8_0");
        fails(ExitCode.MODEL, "no such file, and no such model in the catalogue", "bench", "-m", "palo7b");
        fails(ExitCode.MODEL, "the catalogue has no model palo7b", "pull", "palo7b");
        fails(ExitCode.USAGE, "is not a model name", "pull", "../palo");
        fails(ExitCode.USAGE, "palo-7b has no variant q9", "pull", "palo-7b:q9");
        fails(ExitCode.USAGE, "is built in", "pull", "nano");
        fails(ExitCode.USAGE, "8 of 8 files of palo-7b:q4_k_m have no published SHA-256", "pull", "palo-7b");
        fails(ExitCode.USAGE, "the catalogue has no list of files for mobilepalo-1.7b", "pull", "mobilepalo-1.7b");
        fails(ExitCode.USAGE, "a mirror is an address", "pull", "mobilevlm-1.7b", "--mirror", "ftp://x/");
        fails(ExitCode.USAGE, "--connections must be 1 to 16", "pull", "mobilevlm-1.7b", "--connections", "0");
        fails(ExitCode.MODEL, "is not installed", "rm", "palo-7b");
        fails(ExitCode.USAGE, "name a model to remove", "rm");
        fails(ExitCode.MODEL, "is neither installed nor in the catalogue", "show", "palo7b");
    }

    @Test
    void embeddedModelHasAName() {
        ok("run", "-m", "nano", "-p", "a", "-n", "1");
        assertTrue(ok("list", "--all").out().contains("built in"));
        assertTrue(ok("show", "nano").out().contains("yes, built in"));
        assertTrue(ok("show", "palo-7b").out().contains("converted here"));
        assertTrue(ok("list", "--all", "--json").out().lines().allMatch(line -> line.startsWith("{")));
    }

    /** The store's own damage is told from the record: another size, or other bytes of the same size. */
    @Test
    void verifyFindsDamage() throws IOException {
        try (TestHub _ = hub()) {
            ok("pull", NAME + ":q8_0");
            Path blob = store().blob(
                            store().find(NAME, "q8_0").orElseThrow().decoder().sha256());
            byte[] bytes = Files.readAllBytes(blob);
            bytes[bytes.length - 1] ^= 1;
            Files.delete(blob);
            Files.write(blob, bytes);
            Captured damaged = myna("verify", NAME);
            assertEquals(ExitCode.CHECKSUM, damaged.code(), damaged.err());
            Files.write(blob, new byte[5]);
            fails(ExitCode.MODEL, "is not installed", "run", "-m", NAME + ":q8_0", "-p", "a");
        }
    }

    @Test
    void unusedFilesCanBeRemoved() throws IOException {
        try (TestHub hub = hub()) {
            ok("pull", NAME + ":q8_0", "--keep-source");
            Files.writeString(
                    Files.createDirectories(folder.resolve("cache/models/parts"))
                            .resolve("old.part"),
                    "12345");
            assertEquals(2 + 3, blobs().size() - extras(hub));
            assertTrue(ok("rm", "--unused").out().endsWith(" freed\n"));
            assertEquals(2, blobs().size());
            ok("run", "-m", NAME, "-p", "a", "-n", "1");
        }
    }

    /** Files of the checkpoint besides configuration, weights and tokenizer. */
    private static int extras(TestHub hub) {
        return (int) Stream.of("tokenizer_config.json", "generation_config.json", "special_tokens_map.json")
                .filter(name -> hub.content(name) != null)
                .count();
    }
}
